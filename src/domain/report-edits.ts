/** A piece of a text to be replaced; a mark that is put in has no length. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** All edits at once, so that their places stay those of the original. One that begins inside another comes after it. */
export function applyEdits(original: string, edits: readonly Edit[]): string {
  const pieces: string[] = []
  let at = 0
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start)) {
    if (start < at && end > start) continue
    pieces.push(original.slice(at, Math.max(start, at)), text)
    at = Math.max(end, at)
  }
  return [...pieces, original.slice(at)].join('')
}
