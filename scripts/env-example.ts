import { GROUPS, SETTING_NAMES, settingOf } from '../src/config/settings.ts'
import type { GroupName } from '../src/config/settings.ts'

const HEAD = `# Every setting of Longhaul. Only OPENAI_API_KEY must be set. Copy to .env and uncomment what you change.
# Made from src/config/settings.ts by \`npm run generate\`.`

export function renderEnvExample(): string {
  const groups = Object.keys(GROUPS) as GroupName[]
  return `${[HEAD, ...groups.map(renderGroup)].join('\n\n')}\n`
}

function renderGroup(group: GroupName): string {
  const settings = SETTING_NAMES.filter((name) => settingOf(name).group === group).map((name) => {
    const { doc, unset, default: fallback = '' } = settingOf(name)
    const comment = unset === undefined ? doc : `${doc} Unset: ${unset}.`
    return `${wrap(comment)}\n${name === 'OPENAI_API_KEY' ? '' : '#'}${name}=${fallback}`
  })
  return [`## ${GROUPS[group]}`, ...settings].join('\n\n')
}

function wrap(text: string): string {
  return text
    .replaceAll('`', '')
    .replace(/(.{1,98})(?:\s+|$)/g, '# $1\n')
    .trimEnd()
}
