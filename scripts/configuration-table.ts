import { GROUPS, SETTING_NAMES, settingOf } from '../src/config/settings.ts'
import type { GroupName, SettingName } from '../src/config/settings.ts'

const START = '<!-- settings: made from src/config/settings.ts by `npm run generate` -->'
const END = '<!-- /settings -->'

/** The page with its tables made anew; what is written by hand around them stays. */
export function renderConfigurationPage(page: string): string {
  const [before, after] = [page.indexOf(START), page.indexOf(END)]
  if (before < 0 || after < before) throw new Error(`docs/configuration.md lacks the lines ${START} and ${END}.`)
  const tables = (Object.keys(GROUPS) as GroupName[]).map(renderGroup).join('\n\n')
  return `${page.slice(0, before)}${START}\n\n${tables}\n\n${page.slice(after)}`
}

function renderGroup(group: GroupName): string {
  const rows = SETTING_NAMES.filter((name) => settingOf(name).group === group).map(renderRow)
  return [`### ${GROUPS[group]}`, '', '| Setting | What it is | Default |', '|---|---|---|', ...rows].join('\n')
}

function renderRow(name: SettingName): string {
  const { doc, secret, unset, default: fallback } = settingOf(name)
  const what = `${doc}${secret ? ' *Secret.*' : ''}`
  return `| \`${name}\` | ${what.replaceAll('|', '\\|')} | ${fallback === undefined ? (unset ?? '') : `\`${fallback}\``} |`
}
