import type { Item, WireResponse } from '../responses/wire.ts'

export interface StreamEvent {
  type: string
  sequence_number: number
  [field: string]: unknown
}

type Unnumbered = Omit<StreamEvent, 'sequence_number'> & { type: string }

const CHUNK = 40

/** What the items of a finished response look like when told one event at a time. */
export function outputEvents(output: readonly Item[]): Unnumbered[] {
  return output.flatMap((item, index) => itemEvents(item, index))
}

export function closingEvent(response: WireResponse): Unnumbered {
  // There is no event for cancelled: the stream then ends with response.failed.
  const type = response.status === 'cancelled' ? 'response.failed' : `response.${response.status}`
  return { type, response }
}

function itemEvents(item: Item, index: number): Unnumbered[] {
  const place = { item_id: item.id, output_index: index }
  const middle = item.type === 'message' ? messageEvents(item, place) : callEvents(item, place)
  return [
    { type: 'response.output_item.added', output_index: index, item: unfinished(item) },
    ...middle,
    { type: 'response.output_item.done', output_index: index, item },
  ]
}

function unfinished(item: Item): Item {
  if (item.type === 'message') return { ...item, status: 'in_progress', content: [] }
  if (item.type === 'function_call') return { ...item, status: 'in_progress', arguments: '' }
  if (item.type === 'image_generation_call') return { ...item, status: 'in_progress', result: null }
  return item.status === undefined ? item : { ...item, status: 'in_progress' }
}

function messageEvents(item: Item, place: object): Unnumbered[] {
  const parts = Array.isArray(item.content) ? (item.content as Item[]) : []
  return parts.flatMap((part, contentIndex) => {
    const at = { ...place, content_index: contentIndex }
    if (part.type === 'refusal') return refusalEvents(part, at)
    const text = String(part.text)
    const annotations = Array.isArray(part.annotations) ? (part.annotations as unknown[]) : []
    return [
      { type: 'response.content_part.added', ...at, part: { ...part, text: '', annotations: [] } },
      ...chunksOf(text).map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
      ...annotations.map((annotation, index) => ({
        type: 'response.output_text.annotation.added',
        ...at,
        annotation_index: index,
        annotation,
      })),
      { type: 'response.output_text.done', ...at, text, logprobs: [] },
      { type: 'response.content_part.done', ...at, part },
    ]
  })
}

function refusalEvents(part: Item, at: object): Unnumbered[] {
  const refusal = String(part.refusal)
  return [
    { type: 'response.content_part.added', ...at, part: { ...part, refusal: '' } },
    { type: 'response.refusal.delta', ...at, delta: refusal },
    { type: 'response.refusal.done', ...at, refusal },
    { type: 'response.content_part.done', ...at, part },
  ]
}

function callEvents(item: Item, place: object): Unnumbered[] {
  const told = (...types: readonly string[]): Unnumbered[] => types.map((type) => ({ type: `response.${item.type}.${type}`, ...place }))
  switch (item.type) {
    case 'web_search_call':
      return told('in_progress', 'searching', 'completed')
    case 'image_generation_call':
      return told('in_progress', 'generating', 'completed')
    case 'code_interpreter_call':
      return [
        ...told('in_progress'),
        { type: 'response.code_interpreter_call_code.done', ...place, code: item.code },
        ...told('interpreting', 'completed'),
      ]
    case 'function_call':
      return [
        { type: 'response.function_call_arguments.delta', ...place, delta: item.arguments },
        { type: 'response.function_call_arguments.done', ...place, arguments: item.arguments, name: item.name },
      ]
    default:
      return []
  }
}

function chunksOf(text: string): string[] {
  return Array.from({ length: Math.ceil(text.length / CHUNK) }, (_, index) => text.slice(index * CHUNK, (index + 1) * CHUNK))
}
