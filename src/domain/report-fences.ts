export interface Fences {
  /** Where code blocks lie, in order, fences and all. */
  blocks: readonly { start: number; end: number }[]
  /** What would close the one left open; null when none is. */
  closing: string | null
}

const FENCE = /^[ \t>]*(?:[-*+] {1,4})?(`{3,}|~{3,})(.*)$/

/** The fenced code of a Markdown text: nothing in it may be touched, and none may run into what follows. */
export function findFences(text: string): Fences {
  const blocks: { start: number; end: number }[] = []
  let open: { start: number; marks: string } | null = null
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start)
    const end = found < 0 ? text.length : found
    const [, marks, rest = ''] = FENCE.exec(text.slice(start, Math.min(end, start + 400))) ?? []
    if (marks !== undefined && open === null && !(marks.startsWith('`') && rest.includes('`'))) open = { start, marks }
    else if (marks !== undefined && open !== null && marks.startsWith(open.marks) && rest.trim() === '') {
      blocks.push({ start: open.start, end })
      open = null
    }
    start = end + 1
  }
  if (open !== null) blocks.push({ start: open.start, end: text.length })
  return { blocks, closing: open?.marks ?? null }
}

export function isInFence({ blocks }: Fences, at: number): boolean {
  let low = 0
  let high = blocks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((blocks[middle]?.end ?? 0) < at) low = middle + 1
    else high = middle
  }
  const block = blocks[low]
  return block !== undefined && at >= block.start && at <= block.end
}
