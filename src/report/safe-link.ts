const OUTSIDE = /^(?:https?:\/\/|mailto:)/i

/** What a link may lead to: outside, by a harmless scheme, or to an artifact of this very job. Nowhere else in our origin. */
export function isSafeLink(url: string, { hrefs }: { hrefs: ReadonlySet<string> }): boolean {
  return hrefs.has(url) || (OUTSIDE.test(url) && URL.canParse(url))
}

export function isOutside(url: string): boolean {
  return OUTSIDE.test(url)
}

/** Where it leads, for the reader to see before the click. */
export function placeOf(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return protocol === 'mailto:' ? pathname : host
}
