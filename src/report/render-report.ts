import type { Report, ReportFile, ReportTurn } from '../domain/report-model.ts'
import type { Source } from '../domain/report-sources.ts'
import { escapeHtml } from './escape-html.ts'
import { linkAttributes, OUTSIDE_MARK } from './links.ts'
import { createMarkdown } from './markdown.ts'
import type { MarkdownRenderer } from './markdown.ts'
import { REPORT_STYLE } from './report-style.ts'

const MAX_PLAIN = 2_000_000

/** The report as a page. Each answer is rendered on its own: whatever it leaves open ends with it. */
export function renderReport(report: Report): string {
  const { title, facts, notes, turns, files, sources, consulted, hrefs } = report
  const markdown = createMarkdown({ hrefs })
  const answers = turns.map((turn) => renderTurn(turn, { markdown, isOneOfMany: turns.length > 1 }))
  const pictures = files.filter(({ isPicture }) => isPicture)
  const others = files.filter(({ isPicture }) => !isPicture)
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8" />',
    '<meta name="viewport" content="width=device-width, initial-scale=1" />\n<meta name="referrer" content="no-referrer" />',
    `<title>${escapeHtml(title)}</title>\n<style>${REPORT_STYLE}</style>\n</head>\n<body>\n<main>`,
    `<header><h1>${escapeHtml(title)}</h1><div class="soft">${escapeHtml(facts.join(' · '))}</div></header>`,
    ...notes.map(({ kind, text }) => `<p class="note ${kind}" dir="auto">${escapeHtml(text)}</p>`),
    ...answers,
    section('Pictures', pictures.map(renderPicture)),
    section('Files', others.length === 0 ? [] : ['<ul>', ...others.map(renderFile), '</ul>']),
    section('Sources', list('ol', sources)),
    section('Also consulted', list('ul', consulted)),
    '</main>\n</body>\n</html>\n',
  ]
    .filter(Boolean)
    .join('\n')
}

function renderTurn(
  { number, markdown: text }: ReportTurn,
  { markdown, isOneOfMany }: { markdown: MarkdownRenderer; isOneOfMany: boolean },
): string {
  const body = markdown.render(text) ?? plain(text)
  return `<article dir="auto">${isOneOfMany ? `<h2>Turn ${number}</h2>\n` : ''}${body}</article>`
}

function plain(text: string): string {
  const rest = text.length - MAX_PLAIN
  const cut = rest > 0 ? `<p class="note">${rest} more characters are in the Markdown report.</p>` : ''
  return `<p class="note">This answer is too large to be laid out, and stands here as it was written.</p>\n<pre class="plain">${escapeHtml(text.slice(0, MAX_PLAIN))}</pre>${cut}`
}

function section(title: string, parts: string[]): string {
  return parts.length === 0
    ? ''
    : `<section class="${title.toLowerCase().replaceAll(' ', '-')}"><h2>${title}</h2>\n${parts.join('\n')}</section>`
}

function renderPicture({ name, caption, href, width, height }: ReportFile): string {
  const size = width === null || height === null ? '' : ` width="${width}" height="${height}"`
  const image = `<img src="${escapeHtml(href ?? '')}" alt="${escapeHtml(name)}"${size} loading="lazy" />`
  return `<figure>${image}<figcaption dir="auto">${escapeHtml(caption ?? name)}</figcaption></figure>`
}

function renderFile({ name, href, state }: ReportFile): string {
  const words = href === null ? escapeHtml(name) : `<a ${linkAttributes(href, { isOwn: true })}>${escapeHtml(name)}</a>`
  return `<li dir="auto">${words} <span class="soft">${escapeHtml(state)}</span></li>`
}

function list(tag: 'ol' | 'ul', sources: readonly Source[]): string[] {
  return sources.length === 0 ? [] : [`<${tag} class="sources">`, ...sources.map(renderSource), `</${tag}>`]
}

function renderSource({ title, href, host }: Source): string {
  const words = escapeHtml(title.slice(0, 300))
  if (href === null) return `<li dir="auto">${words} <span class="soft">${escapeHtml(host ?? 'no safe address')}</span></li>`
  return `<li dir="auto"><a ${linkAttributes(href)}>${words}${OUTSIDE_MARK}</a> <span class="soft">${escapeHtml(host ?? '')}</span></li>`
}
