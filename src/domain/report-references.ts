import { partsPair } from './cut-text.ts'
import type { Citation } from './model.ts'
import type { Edit } from './report-edits.ts'
import { isInFence } from './report-fences.ts'
import type { Fences } from './report-fences.ts'
import { markdownLink } from './report-links.ts'
import type { SourceList } from './report-sources.ts'

const MAX_MARKS = 2_000
const WINDOW = 2_000

/** Links, addresses and code in a line: a mark inside them would break them. */
const WHOLES =
  /`[^`\n]{1,500}`|!?\[[^[\]\n]{0,500}\]\((?:[^()\n]|\([^()\n]{0,500}\)){0,1500}\)|<[^<>\s]{1,1000}>|https?:\/\/[^\s)>\]]{1,1500}/g

/** Lines that mean something by their form alone. */
const FORMS = /^[ \t>]*(?:`{3}|~{3}|[-=*_|: \t]+$)/

/** The marks `[1]` of a text, each behind what it is cited for. One that has no safe place stands in the list alone. */
export function referenceEdits(
  text: string,
  { citations, sources, fences }: { citations: readonly Citation[]; sources: SourceList; fences: Fences },
): Edit[] {
  const marks = new Map<string, Edit>()
  for (const citation of citations) {
    const number = sources.numberOf(citation)
    const { startIndex, endIndex } = citation
    if (number === null || endIndex === null || marks.size >= MAX_MARKS) continue
    const at = endIndex === 0 || (startIndex ?? 0) > endIndex ? null : placeFor(text, { wanted: endIndex, fences })
    if (at === null) continue
    const href = sources.sources[number - 1]?.href ?? null
    const label = `\\[${number}\\]`
    marks.set(`${at} ${number}`, { start: at, end: at, text: ` ${href === null ? label : markdownLink(label, href)}` })
  }
  return [...marks.values()]
}

/** At the end of a word, of a link, of a table's cell: never in them, nor where a line would lose its meaning. */
function placeFor(text: string, { wanted, fences }: { wanted: number; fences: Fences }): number | null {
  const end = Math.min(wanted, text.length)
  const spoken = text.slice(Math.max(0, end - WINDOW), partsPair(text, end) ? end + 1 : end).trimEnd()
  const at = Math.max(0, end - WINDOW) + spoken.length
  if (spoken === '' || isInFence(fences, at)) return null
  const lineStart = spoken.lastIndexOf('\n') + 1
  const from = at - spoken.length + lineStart
  const line = spoken.slice(lineStart) + (text.slice(at, at + WINDOW).split('\n', 1)[0] ?? '')
  if (FORMS.test(line)) return null
  for (const { index, 0: whole } of line.matchAll(WHOLES)) {
    const start = from + index
    if (start >= at) break
    if (at < start + whole.length) return start + whole.length
  }
  return text.charAt(at - 1) === '|' ? at - 1 : at
}
