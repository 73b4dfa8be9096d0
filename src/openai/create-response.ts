import { APIError } from 'openai'
import type { ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses'
import type { JsonObject } from '../domain/model.ts'
import type { CreateOutcome, UpstreamHead } from '../domain/ports.ts'
import type { Call } from './call.ts'
import { UnknownAccountError } from './clients.ts'
import { wasNeverSent } from './connection-fault.ts'
import { readText } from './read-body.ts'
import { retryAfterMs } from './retry-after.ts'
import { UnreadableReplyError } from './unreadable-reply-error.ts'

const MAX_REPLY_BYTES = 64 * 1024 * 1024

/** Sends a create once. OpenAI knows no idempotency key, so whatever is not surely refused or unsent is ambiguous. */
export async function createResponse(call: Call, body: JsonObject): Promise<CreateOutcome> {
  const { signal, timeouts } = call
  const params = body as unknown as ResponseCreateParamsNonStreaming
  const options = { signal, timeout: timeouts.createMs, fetchOptions: { redirect: 'manual' } } as const
  if (signal.aborted) return { outcome: 'unsent', error: call.describe(signal.reason) }
  try {
    const response = await call.client().responses.create(params, options).asResponse()
    const text = await readText(response, { timeoutMs: timeouts.createMs, maxBytes: MAX_REPLY_BYTES })
    return { outcome: 'created', response: readUpstreamHead(text) }
  } catch (error) {
    const told = call.describe(error)
    if (error instanceof APIError && isRefusal(error.status)) {
      return { outcome: 'refused', error: told, retryAfterMs: retryAfterMs(error.headers) }
    }
    const unsent = error instanceof UnknownAccountError || wasNeverSent(error)
    return { outcome: unsent ? 'unsent' : 'ambiguous', error: told }
  }
}

/** A redirect refuses too: it is not followed, and nothing is made by it. */
function isRefusal(status: number | undefined): boolean {
  return status !== undefined && status >= 300 && status < 500 && status !== 408
}

function readUpstreamHead(text: string): UpstreamHead {
  const value = parse(text)
  if (typeof value !== 'object' || value === null || !('id' in value) || typeof value.id !== 'string' || value.id === '') {
    throw new UnreadableReplyError('the reply to create carries no response id')
  }
  return {
    id: value.id,
    status: 'status' in value && typeof value.status === 'string' ? value.status : 'queued',
    model: 'model' in value && typeof value.model === 'string' ? value.model : null,
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UnreadableReplyError('the reply to create is no JSON')
  }
}
