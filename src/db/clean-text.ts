/** PostgreSQL's text holds neither NUL nor half a surrogate pair: U+FFFD stands in for them. */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD')
}

/** The same for every string and key in a value; Dates and other objects with `toJSON` become what they say. */
export function cleanJson(value: unknown): string {
  const text = JSON.stringify(value)
  return MAY_BE_UNCLEAN.test(text) ? JSON.stringify(cleaned(JSON.parse(text))) : text
}

const MAY_BE_UNCLEAN = /\\u(?:0000|d[89a-f])/

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(cleaned)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanText(key), cleaned(inner)]))
}
