import { newId } from '../ids.ts'
import type { Item } from '../responses/wire.ts'

export interface Annotation {
  type: string
  [field: string]: unknown
}

/** A message being written; citations get the indices of the words they stand on. */
export interface MessageDraft {
  readonly text: string
  write(text: string): void
  cite(text: string, annotation: Annotation): void
  toItem(): Item
}

export function createMessageDraft(): MessageDraft {
  let text = ''
  const annotations: Annotation[] = []
  return {
    get text() {
      return text
    },
    write: (more) => {
      text += more
    },
    cite: (words, annotation) => {
      annotations.push({ ...annotation, start_index: text.length, end_index: text.length + words.length })
      text += words
    },
    toItem: () => messageItem(text, { annotations }),
  }
}

export function messageItem(
  text: string,
  { annotations = [], status = 'completed' }: { annotations?: readonly Annotation[]; status?: string } = {},
): Item {
  return {
    id: newId('msg'),
    type: 'message',
    status,
    role: 'assistant',
    content: [{ type: 'output_text', text, annotations: [...annotations], logprobs: [] }],
  }
}

export function reasoningItem(summary: readonly string[] = []): Item {
  return { id: newId('rs'), type: 'reasoning', summary: summary.map((text) => ({ type: 'summary_text', text })) }
}
