/** No longer than `max` UTF-16 units, and never half a character at its end. */
export function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, beforePair(text, max - 1))}…`
}

/** The place itself, or the one before it where a surrogate pair would be parted. */
export function beforePair(text: string, at: number): number {
  return partsPair(text, at) ? at - 1 : at
}

export function partsPair(text: string, at: number): boolean {
  return isBetween(text.charCodeAt(at - 1), 0xd800, 0xdbff) && isBetween(text.charCodeAt(at), 0xdc00, 0xdfff)
}

function isBetween(unit: number, first: number, last: number): boolean {
  return unit >= first && unit <= last
}
