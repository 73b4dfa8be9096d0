const segment = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/
const maxLength = 700

/** Names that start with a dot are ours: temporary files and probes. It rules out `.` and `..` too. */
export function isObjectKey(key: string): boolean {
  return key.length <= maxLength && key.split('/').every((part) => segment.test(part))
}

export function assertObjectKey(key: string): void {
  if (!isObjectKey(key)) throw new RangeError(`Not an object key: ${JSON.stringify(key.slice(0, 100))}`)
}

/** The beginning of a key: it may end anywhere, in the middle of a segment too. */
export function assertKeyPrefix(prefix: string): void {
  if (prefix !== '' && !isObjectKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix)) {
    throw new RangeError(`Not the beginning of an object key: ${JSON.stringify(prefix.slice(0, 100))}`)
  }
}
