import { inLine } from './items/told-item.ts'

/** From a report to the bytes of an artifact, wherever the API is mounted. */
export function artifactHref(artifactId: string): string {
  return `../../artifacts/${artifactId}/content`
}

/** An address outside that is safe to lead to, in a form that Markdown cannot misread; null for any other. */
export function outsideUrl(given: string | null): URL | null {
  if (given === null || given.length > 4_000 || !URL.canParse(given)) return null
  const url = new URL(given)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null
  const safe = url.href.replaceAll(/[()|\\'`*[\]]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
  return URL.canParse(safe) ? new URL(safe) : null
}

/** Text that Markdown shows as it is, in one line. */
export function plainMarkdown(text: string, max = 300): string {
  return inLine(text, max).replaceAll(/[\\`*_[\]<>|~#&!$]/g, '\\$&')
}

export function markdownLink(label: string, href: string): string {
  return `[${label}](${href})`
}
