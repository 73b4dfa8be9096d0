import { COUNTERS, GAUGES, HISTOGRAMS } from '../src/domain/meter.ts'

const START = '<!-- metrics: made from src/domain/meter.ts by `npm run generate` -->'
const END = '<!-- /metrics -->'

type Table = Record<string, { help: string; labels: readonly string[] }>

/** The page with its tables made anew; what is written by hand around them stays. */
export function renderMetricsPage(page: string): string {
  const [before, after] = [page.indexOf(START), page.indexOf(END)]
  if (before < 0 || after < before) throw new Error(`docs/metrics.md lacks the lines ${START} and ${END}.`)
  const tables = [
    render('Gauges, of the whole service', { table: GAUGES, ending: '' }),
    render('Counters, of this process', { table: COUNTERS, ending: '_total' }),
    render('Histograms, of this process', { table: HISTOGRAMS, ending: '' }),
  ]
  return `${page.slice(0, before)}${START}\n\n${tables.join('\n\n')}\n\n${page.slice(after)}`
}

function render(title: string, { table, ending }: { table: Table; ending: string }): string {
  const rows = Object.entries(table).map(([name, { help, labels }]) => {
    return `| \`longhaul_${name}${ending}\` | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`
  })
  return [`### ${title}`, '', '| Metric | Labels | What it is |', '|---|---|---|', ...rows].join('\n')
}
