import { SETTING_NAMES } from './settings.ts'
import type { SettingName } from './settings.ts'

export interface RawConfig {
  values: Partial<Record<SettingName, string>>
  /** Names that look meant for us and are not ours, with the nearest that is. */
  strangers: { name: string; nearest: SettingName | null }[]
}

/** Read by the command line alone. */
const CLI_NAMES = ['LONGHAUL_URL']

/** Picks our settings out of an environment. Blank counts as unset. */
export function readEnv(env: Record<string, string | undefined>): RawConfig {
  const values: RawConfig['values'] = {}
  for (const name of SETTING_NAMES) {
    const text = env[name]?.trim()
    if (text !== undefined && text !== '') values[name] = text
  }
  const known = new Set<string>([...SETTING_NAMES, ...CLI_NAMES])
  const strangers = Object.keys(env)
    .filter((name) => !known.has(name))
    .map((name) => ({ name, nearest: nearestSetting(name) }))
    .filter(({ name, nearest }) => nearest !== null || name.startsWith('LONGHAUL_'))
  return { values, strangers }
}

function nearestSetting(name: string): SettingName | null {
  if (name.length < 7) return null // short names are near to anything
  return SETTING_NAMES.find((setting) => setting.length > 6 && distance(name.toUpperCase(), setting) <= 2) ?? null
}

/** How many letters must be put in, taken out or changed to make one from the other. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (const [index, letter] of left.split('').entries()) {
    const next = [index + 1]
    for (const [column, other] of right.split('').entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
