const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/
/** Printable ASCII, and no blank at either end: nothing that could begin another header. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/
const MOST = 20
const VALUE_LENGTH = 1_024
/** Of all names and values together: servers refuse a head that is much longer. */
const TOTAL_LENGTH = 4_096

/** What is said by us, or about the connection. The rest is the owner's business, cookies included. */
const OURS =
  /^(?:content-.*|webhook-.*|host|user-agent|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|http2-settings|accept-encoding)$/

export interface HeaderObjection {
  /** Null: all of them together. */
  name: string | null
  message: string
}

/** What is wrong with the headers that an owner wants sent along; names in lower case. No value is repeated. */
export function objectToHeaders(headers: Record<string, string>): HeaderObjection[] {
  const entries = Object.entries(headers)
  if (entries.length > MOST) return [{ name: null, message: `must have at most ${MOST} headers` }]
  const faults = entries.flatMap(([name, value]): HeaderObjection[] => {
    const message = objectToName(name) ?? objectToValue(value)
    return message === null ? [] : [{ name, message }]
  })
  const total = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  if (total <= TOTAL_LENGTH) return faults
  return [...faults, { name: null, message: `must have at most ${TOTAL_LENGTH} characters, names and values together` }]
}

function objectToName(name: string): string | null {
  if (!NAME.test(name)) return 'is no header name: use up to 64 letters, digits and -'
  return OURS.test(name) ? 'is a header that Longhaul sets itself' : null
}

function objectToValue(value: string): string | null {
  if (value.length > VALUE_LENGTH) return `must have at most ${VALUE_LENGTH} characters`
  return VALUE.test(value) ? null : 'must be printable ASCII on one line, without blanks at its ends'
}
