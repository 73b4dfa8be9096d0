import { APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai'
import { JsonTooDeepError } from '../domain/json-walker.ts'
import type { UpstreamError } from '../domain/model.ts'
import { connectionCodes } from './connection-fault.ts'
import { UnknownAccountError } from './clients.ts'
import { BodyTimeoutError } from './read-body.ts'
import { UnreadableReplyError } from './unreadable-reply-error.ts'

const LONGEST_MESSAGE = 2000
const KEY_LIKE = /\b(?:sk|sess)-[\w*-]{4,}|\bBearer\s+\S+/g

/** Tells what went wrong in our own words for faults, in OpenAI's for refusals; API keys are taken out of both. */
export function createErrorDescriber(secrets: string[]): (error: unknown) => UpstreamError {
  function redact(message: string): string {
    const known = secrets.filter((secret) => secret !== '').reduce((text, secret) => text.replaceAll(secret, '[key]'), message)
    return known.replaceAll(KEY_LIKE, '[key]').slice(0, LONGEST_MESSAGE)
  }
  return (error) => {
    const told = error instanceof APIError && error.status !== undefined ? reply(error) : fault(error)
    return { ...told, message: redact(told.message) }
  }
}

function reply(error: APIError): UpstreamError {
  const body: unknown = error.error
  const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined
  return {
    status: error.status ?? null,
    code: asText(error.code),
    type: asText(error.type),
    param: asText(error.param),
    message: typeof message === 'string' ? message : error.message,
    requestId: error.requestID ?? null,
  }
}

function fault(error: unknown): UpstreamError {
  const none = { status: null, param: null, requestId: null }
  const [code = null] = connectionCodes(error)
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof UnknownAccountError) return { ...none, type: 'configuration_error', code: 'unknown_account', message }
  if (error instanceof UnreadableReplyError || error instanceof JsonTooDeepError) {
    return { ...none, type: 'unreadable_reply', code: null, message }
  }
  if (error instanceof APIConnectionTimeoutError || error instanceof BodyTimeoutError) {
    return { ...none, type: 'timeout', code, message }
  }
  if (error instanceof APIUserAbortError || (error instanceof Error && error.name === 'AbortError')) {
    return { ...none, type: 'aborted', code: null, message }
  }
  return { ...none, type: 'connection_error', code, message: code === null ? message : `${message} (${code})` }
}

/** Compatible servers send numbers and objects where OpenAI sends text. */
function asText(value: unknown): string | null {
  if (value === undefined || value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
