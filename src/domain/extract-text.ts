import type { Citation, JsonObject } from './model.ts'
import { countOf, objectsOf, textOf } from './read-json.ts'

export interface Answer {
  outputText: string
  citations: Citation[]
  /** Set when a refusal is all that was said. */
  refusal: string | null
}

/** What a response says in words, read leniently: a strange item is passed over, never a fault. */
export function extractText(response: JsonObject): Answer {
  const texts: string[] = []
  const refusals: string[] = []
  const citations: Citation[] = []
  let offset = 0
  for (const item of objectsOf(response.output)) {
    if (item.type !== 'message') continue
    for (const part of objectsOf(item.content)) {
      const text = textOf(part.text)
      const refusal = textOf(part.refusal)
      if (part.type === 'refusal' && refusal !== null) refusals.push(refusal)
      if (text === null || part.type === 'refusal') continue
      texts.push(text)
      for (const annotation of objectsOf(part.annotations)) citations.push(readCitation(annotation, { offset, length: text.length }))
      offset += text.length
    }
  }
  const outputText = texts.join('')
  return { outputText, citations, refusal: outputText === '' && refusals.length > 0 ? refusals.join('\n') : null }
}

function readCitation(annotation: JsonObject, { offset, length }: { offset: number; length: number }): Citation {
  const place = (value: number | null): number | null => (value === null ? null : offset + Math.min(value, length))
  const startIndex = place(countOf(annotation.start_index))
  const endIndex = place(countOf(annotation.end_index))
  return {
    type: textOf(annotation.type) ?? inferType(annotation),
    url: textOf(annotation.url),
    title: textOf(annotation.title),
    startIndex,
    endIndex: startIndex !== null && endIndex !== null ? Math.max(startIndex, endIndex) : endIndex,
    containerId: textOf(annotation.container_id),
    fileId: textOf(annotation.file_id),
    filename: textOf(annotation.filename),
    artifactId: null,
  }
}

function inferType({ url, container_id, file_id }: JsonObject): string {
  if (url !== undefined) return 'url_citation'
  if (container_id !== undefined) return 'container_file_citation'
  return file_id === undefined ? 'unknown' : 'file_citation'
}
