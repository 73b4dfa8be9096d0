import type { Artifact, Citation } from './model.ts'
import type { Edit } from './report-edits.ts'
import { isInFence } from './report-fences.ts'
import type { Fences } from './report-fences.ts'
import { markdownLink, plainMarkdown } from './report-links.ts'

interface Files {
  /** Of the same turn. */
  artifacts: readonly Artifact[]
  citations: readonly Citation[]
  fences: Fences
  hrefOf(artifactId: string): string
}

/** `[label](sandbox:/mnt/data/x)`, also as a picture, with one level of parentheses in the name; or the bare address. */
const LINKS =
  /(!?)\[([^[\]\n]{0,500})\]\(\s?<?sandbox:((?:[^()<>\n"]|\([^()\n]{0,200}\)){0,1000})>?(?:"[^"\n]{0,200}")?\)|sandbox:\/[^\s()<>[\]"'`]{0,1000}[^\s()<>[\]"'`.,;:!?]/g

const MAX_LINKS = 2_000

/** Links into the model's own machine, led to what was stored of it; those to nothing are marked so. */
export function rewriteLinks(text: string, { artifacts, citations, fences, hrefOf }: Files): { edits: Edit[]; shown: Set<string> } {
  const edits: Edit[] = []
  const shown = new Set<string>()
  const placed = citations.filter(({ artifactId, endIndex }) => artifactId !== null && (endIndex ?? 0) > 0).slice(0, MAX_LINKS)
  for (const match of text.matchAll(LINKS)) {
    if (edits.length >= MAX_LINKS) break
    const [whole, bang = '', label, inner] = match
    const place = { start: match.index, end: match.index + whole.length }
    if (isInFence(fences, place.start)) continue
    const path = inner ?? whole.slice('sandbox:'.length)
    const name = fileName(path)
    const artifact = citedAt(place, { artifacts, citations: placed }) ?? named(name, artifacts)
    const words = label?.trim() || plainMarkdown(name)
    if (artifact?.status === 'stored') {
      shown.add(artifact.id)
      edits.push({ ...place, text: `${bang}${markdownLink(words, hrefOf(artifact.id))}` })
    } else {
      edits.push({ ...place, text: `${words} (file ${artifact === undefined ? 'not found' : artifact.status})` })
    }
  }
  return { edits, shown }
}

/** A citation that covers the link says best which file is meant. */
function citedAt(
  { start, end }: { start: number; end: number },
  { artifacts, citations }: Pick<Files, 'artifacts' | 'citations'>,
): Artifact | undefined {
  const citation = citations.find(
    ({ startIndex, endIndex }) => startIndex !== null && endIndex !== null && endIndex > start && startIndex < end,
  )
  return citation && artifacts.find(({ id }) => id === citation.artifactId)
}

/** Artifacts stand in the order they were found in: cited files first. */
function named(name: string, artifacts: readonly Artifact[]): Artifact | undefined {
  return artifacts.find(({ containerId, fileId, filename }) => containerId !== null && fileId !== null && filename === name)
}

function fileName(path: string): string {
  const last = path.trim().split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}
