const MAX_SECONDS = 86_400
/** As RFC 9110 has it: `Sun, 06 Nov 1994 08:49:37 GMT`. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** How many seconds the other side asks to be left alone, a day at most; 0 where it does not, or not in a way that can be read. */
export function retryAfterSeconds(text: string | undefined, now: Date): number {
  const trimmed = text?.trim() ?? ''
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) return Math.min(Number(trimmed), MAX_SECONDS)
  const at = HTTP_DATE.test(trimmed) ? Date.parse(trimmed) : Number.NaN
  return Number.isNaN(at) ? 0 : Math.min(Math.max(0, (at - now.getTime()) / 1000), MAX_SECONDS)
}
