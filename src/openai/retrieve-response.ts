import { addAbortSignal } from 'node:stream'
import { APIError } from 'openai'
import type { ResponseIncludable } from 'openai/resources/responses/responses'
import type { JsonObject } from '../domain/model.ts'
import type { PayloadSink, RetrieveOutcome } from '../domain/ports.ts'
import type { Call } from './call.ts'
import { fetchStream, streamOf } from './fetch-stream.ts'
import { readFleeting } from './read-body.ts'
import { splitResponse } from './response-splitter.ts'
import { retryAfterMs } from './retry-after.ts'
import { UnreadableReplyError } from './unreadable-reply-error.ts'

/** The same as on create: whether retrieve can add to what create asked for is told nowhere. */
const INCLUDE: ResponseIncludable[] = ['code_interpreter_call.outputs', 'web_search_call.action.sources']

/** Throws only what the sink throws. */
export async function retrieveResponse(call: Call, { id, sink }: { id: string; sink: PayloadSink }): Promise<RetrieveOutcome> {
  try {
    const open = (): Promise<AsyncIterable<Uint8Array>> => openReply(call, id)
    const text = await splitResponse(open, { sink: (payload) => sink(payload).catch(asSinkFault) })
    return { outcome: 'found', text, response: readObject(text) }
  } catch (error) {
    if (error instanceof SinkFault) throw error.cause
    return outcomeOf(error, call)
  }
}

class SinkFault extends Error {}

function asSinkFault(cause: unknown): never {
  throw new SinkFault('the sink failed', { cause })
}

async function openReply({ client, signal, timeouts }: Call, id: string): Promise<AsyncIterable<Uint8Array>> {
  const options = { signal, timeout: timeouts.retrieveMs }
  const streaming = client().withOptions({ fetch: fetchStream })
  const response = await streaming.responses.retrieve(id, { include: INCLUDE }, options).asResponse()
  const stream = addAbortSignal(signal, streamOf(response))
  const mediaType = response.headers.get('content-type') ?? ''
  if (/^application\/(?:[\w.-]+\+)?json\b/i.test(mediaType)) return readFleeting(stream, { idleMs: timeouts.idleMs })
  stream.destroy()
  throw new UnreadableReplyError(`the reply is of type "${mediaType}", no JSON`)
}

function readObject(text: string): JsonObject {
  const value = parse(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw new UnreadableReplyError('the reply is no JSON object')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UnreadableReplyError('the reply is cut or no JSON')
  }
}

function outcomeOf(error: unknown, { describe }: Call): RetrieveOutcome {
  const told = describe(error)
  const status = error instanceof APIError ? error.status : undefined
  if (status === 404) return { outcome: 'missing', error: told }
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return { outcome: 'refused', error: told }
  }
  return { outcome: 'unavailable', error: told, retryAfterMs: error instanceof APIError ? retryAfterMs(error.headers) : null }
}
