import type { Token } from 'markdown-it'
import { escapeHtml } from './escape-html.ts'
import { isOutside, placeOf } from './safe-link.ts'

export const OUTSIDE_MARK = '<span class="out" role="img" aria-label="outside link">↗</span>'

interface Place {
  index: number
  /** To this job's own artifacts. */
  hrefs: ReadonlySet<string>
}

/** Attributes of a link: one that leads outside says where to, and takes nothing of us along. */
export function linkAttributes(href: string, { isReference = false, isOwn = false } = {}): string {
  const kind = isReference ? ' class="ref"' : ''
  const outside =
    !isOwn && isOutside(href) ? ` title="${escapeHtml(placeOf(href))}" target="_blank" rel="nofollow noopener noreferrer ugc"` : ''
  return `href="${escapeHtml(href)}"${kind}${outside}`
}

/** Each token learns the link that it stands in, or closes: in one pass, for a line may have any number of them. */
export function noteLinks(tokens: Token[]): void {
  let href: string | null = null
  for (const token of tokens) {
    if (token.type === 'link_open') href = hrefOf(token)
    else token.meta = { href }
    if (token.type === 'link_close') href = null
  }
}

export function openLink(tokens: Token[], { index, hrefs }: Place): string {
  const isReference = tokens[index + 2]?.type === 'link_close' && /^\[\d+\]$/.test(wordsAt(tokens, index + 1))
  const href = hrefOf(tokens[index])
  return `<a ${linkAttributes(href, { isReference, isOwn: hrefs.has(href) })}>`
}

export function closeLink(tokens: Token[], { index, hrefs }: Place): string {
  const href = linkOf(tokens[index]) ?? ''
  return `${isOutside(href) && !hrefs.has(href) ? OUTSIDE_MARK : ''}</a>`
}

/** Only our own artifacts are drawn; a picture from outside would tell its owner who reads, so it is a link. */
export function drawImage(tokens: Token[], { index, hrefs }: Place): string {
  const token = tokens[index]
  const src = String(token?.attrGet('src') ?? '')
  const words = token?.content.trim() ?? ''
  if (hrefs.has(src)) return `<img src="${escapeHtml(src)}" alt="${escapeHtml(words)}" loading="lazy" />`
  const label = escapeHtml(words === '' ? `picture at ${placeOf(src)}` : `${words} (picture, not loaded)`)
  return linkOf(token) === null ? `<a ${linkAttributes(src)}>${label}${OUTSIDE_MARK}</a>` : label
}

function linkOf(token: Token | undefined): string | null {
  const href = token?.meta?.href
  return typeof href === 'string' ? href : null
}

function hrefOf(token: Token | undefined): string {
  return String(token?.attrGet('href') ?? '')
}

function wordsAt(tokens: Token[], index: number): string {
  return tokens[index]?.content ?? ''
}
