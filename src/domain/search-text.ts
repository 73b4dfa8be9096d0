import type { Answer } from './extract-text.ts'
import type { Artifact, Json, JsonObject } from './model.ts'
import { listOf, objectOf, objectsOf, textOf } from './read-json.ts'
import type { SearchText } from './store.ts'

/**
 * In UTF-8. An index entry holds a megabyte, and the most that we could make of a byte is five: of all four
 * together the entry cannot grow too large, whatever stands in them.
 */
export const SEARCH_BYTES = { labels: 24_000, prompt: 48_000, output: 80_000, extra: 16_000 } as const satisfies Record<
  keyof SearchText,
  number
>

const CONTINUATION_BYTES = 4_000

/** Longer than words are: base64 and its like, which nobody looks for. */
const NO_WORDS = /[A-Za-z0-9+/=]{73,}/g

/** What a result can be found by. */
export function resultText({ answer, artifacts }: { answer: Answer; artifacts: Artifact[] }): Pick<SearchText, 'output' | 'extra'> {
  return {
    output: findable('output', [answer.outputText || (answer.refusal ?? '')]),
    extra: findable(
      'extra',
      artifacts.flatMap(({ filename, revisedPrompt }) => [filename, revisedPrompt ?? '']),
    ),
  }
}

/** What a job can be found by before it has a result: words that people wrote, and the names of their files. */
export function submissionText(request: JsonObject, labels: Record<string, string>): SearchText {
  const parts = objectsOf(request.input).flatMap(({ content }) => listOf(content).map(objectOf))
  const fileNames = parts.map((part) => textOf(part?.filename) ?? '')
  return {
    labels: findable(
      'labels',
      Object.entries(labels).map((label) => label.join(' ')),
    ),
    prompt: findable('prompt', [...promptOf(request), textOf(request.instructions) ?? '']),
    output: '',
    extra: findable('extra', fileNames),
  }
}

/** What a continuation can be found by: the words of its outputs. A little of them, lest they push out what was asked. */
export function continuationText(items: JsonObject[]): Pick<SearchText, 'extra'> {
  const texts = items.flatMap(({ output, reason }) => [...wordsOf(output ?? null), textOf(reason) ?? ''])
  return { extra: findable('extra', texts, CONTINUATION_BYTES) }
}

/** Text as it is; of content parts and command outputs their text and file names. */
function wordsOf(output: Json): string[] {
  if (typeof output === 'string') return [output]
  return objectsOf(output).flatMap(({ text, filename, stdout, stderr }) => [text, filename, stdout, stderr].map((one) => textOf(one) ?? ''))
}

function promptOf({ input }: JsonObject): string[] {
  if (typeof input === 'string') return [input]
  return objectsOf(input).flatMap(({ content }) => {
    if (typeof content === 'string') return [content]
    return objectsOf(content).flatMap((part) => (part.type === 'input_text' ? [textOf(part.text) ?? ''] : []))
  })
}

function findable(part: keyof SearchText, texts: string[], bytes: number = SEARCH_BYTES[part]): string {
  const text = texts
    .filter((one) => one !== '')
    .join('\n')
    .replaceAll(NO_WORDS, '…')
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(bytes)).read)
}
