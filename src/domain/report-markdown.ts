import { markdownLink, plainMarkdown } from './report-links.ts'
import type { Report, ReportFile } from './report-model.ts'
import type { Source } from './report-sources.ts'

/** The report as one Markdown text. The answers stand in it as they were written, raw HTML and all. */
export function reportMarkdown(report: Report): string {
  const { title, facts, notes, turns, files, sources, consulted } = report
  const answers = turns.map(({ number, markdown, closing }) =>
    [turns.length > 1 && `## Turn ${number}\n\n`, markdown.trim(), closing !== null && `\n${closing}`].filter(Boolean).join(''),
  )
  const parts = [
    `# ${plainMarkdown(title)}`,
    facts.map((fact) => plainMarkdown(fact)).join(' · '),
    ...notes.map(({ text }) => `> **${plainMarkdown(text, 2_000)}**`),
    ...answers,
    files.length > 0 && ['## Files', ...files.map(fileBlock)].join('\n\n'),
    sources.length > 0 && ['## Sources', sources.map((source, at) => `${at + 1}. ${sourceLine(source)}`).join('\n')].join('\n\n'),
    consulted.length > 0 && ['## Also consulted', consulted.map((source) => `- ${sourceLine(source)}`).join('\n')].join('\n\n'),
  ]
  return `${parts.filter(Boolean).join('\n\n')}\n`
}

function fileBlock({ name, caption, href, isPicture, state }: ReportFile): string {
  const words = plainMarkdown(name)
  if (href === null) return `- ${words}: ${plainMarkdown(state)}`
  if (!isPicture) return `- ${markdownLink(words, href)} (${plainMarkdown(state)})`
  return `!${markdownLink(words, href)}${caption === null ? '' : `\n\n*${plainMarkdown(caption, 1_000)}*`}`
}

function sourceLine({ title, href, host }: Source): string {
  const words = plainMarkdown(title)
  if (href === null) return host === null ? `${words} (no safe address)` : `${words} (${host})`
  return `${markdownLink(words, href)} ↗ ${plainMarkdown(host ?? '')}`
}
