import { ApiError } from '../api-error.ts'
import type { Clock } from '../clock.ts'
import { newId, type IdPrefix } from '../ids.ts'
import type { Scenario } from '../scenarios.ts'
import { checkCalls } from './check-calls.ts'
import type { CreateRequest } from './create-request.ts'
import { newResponse } from './new-response.ts'
import type { ResponseStore } from './response-store.ts'
import { createChangeSignal, type StoredResponse } from './stored-response.ts'
import { isFinal, type Item } from './wire.ts'

const INPUT_IDS: Readonly<Record<string, IdPrefix>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  function_call_output: 'fc',
  image_generation_call: 'ig',
  mcp_approval_response: 'mcpr',
}

/** Adds a queued response to the store. Throws OpenAI's 400 for a parent that cannot be continued. */
export function createResponse(
  { responses, clock }: { responses: ResponseStore; clock: Clock },
  { request, scenario }: { request: CreateRequest; scenario: Scenario },
): StoredResponse {
  const parent = parentOf(responses, request.previousResponseId)
  const before = parent === undefined ? [] : [...parent.inputItems, ...parent.body.output]
  // What a conversation holds is not known here.
  if (request.raw.conversation == null) checkCalls(before, request.input)
  checkPictures(responses, request.input)
  const id = newId('resp')
  const response: StoredResponse = {
    id,
    request,
    scenario,
    parent,
    body: newResponse(request, { id, createdAt: clock.nowSeconds() }),
    inputItems: [...before, ...request.input.map(asInputItem)],
    containerId: undefined,
    finalAtMs: undefined,
    readsWhenFinal: 0,
    hurry: new AbortController(),
    changes: createChangeSignal(),
  }
  responses.add(response)
  return response
}

function parentOf(responses: ResponseStore, id: string | undefined): StoredResponse | undefined {
  if (id === undefined) return undefined
  const parent = responses.find(id)
  // Unstored and unfinished parents are as good as unknown.
  if (parent !== undefined && parent.body.store !== false && isFinal(parent.body.status)) return parent
  throw new ApiError({
    status: 400,
    message: `Previous response with id '${id}' not found.`,
    param: 'previous_response_id',
    code: 'previous_response_not_found',
  })
}

/** Pictures named by their id alone must be in a response that is still there. */
function checkPictures(responses: ResponseStore, input: readonly Item[]): void {
  for (const { type, id, result } of input) {
    if (type !== 'image_generation_call' || typeof result === 'string') continue
    const holder = responses.all.values().find(({ body }) => body.output.some((item) => item.id === id))
    if (holder === undefined || responses.find(holder.id) === undefined)
      throw new ApiError({ status: 404, message: `Item with id '${String(id)}' not found.`, param: 'input' })
  }
}

function asInputItem(item: Item): Item {
  const id = typeof item.id === 'string' ? item.id : newId(INPUT_IDS[item.type] ?? 'msg')
  if (item.type === 'message') {
    const content = Array.isArray(item.content) ? item.content.map(asInputPart) : item.content
    return { ...item, id, status: 'completed', content }
  }
  return item.type.endsWith('_output') ? { status: 'completed', ...item, id } : { ...item, id }
}

function asInputPart(part: { type?: unknown }): object {
  return part.type === 'input_image' ? { detail: 'auto', file_id: null, ...part } : part
}
