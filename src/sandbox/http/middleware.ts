import type { ErrorRequestHandler, RequestHandler } from 'express'
import { ApiError } from '../api-error.ts'
import { appendBounded } from '../bounded.ts'
import { newId } from '../ids.ts'
import { replyError } from './reply.ts'

const REQUEST_LIMIT = 10_000
const MOST_LOGGED = 20_000

export interface RequestRecord {
  method: string
  path: string
  /** Null when the connection ended without an answer. */
  status: number | null
  at: number
}

export function logRequests(log: RequestRecord[]): RequestHandler {
  return (req, res, next) => {
    const record: RequestRecord = { method: req.method, path: req.originalUrl, status: null, at: Date.now() }
    appendBounded(log, record, MOST_LOGGED)
    res.on('finish', () => {
      record.status = res.statusCode
    })
    next()
  }
}

/** The headers that OpenAI puts on every answer. */
export function stampReplies(): RequestHandler {
  let used = 0
  return (_req, res, next) => {
    used = (used + 1) % REQUEST_LIMIT
    res.locals.startedAt = performance.now()
    res.set({
      'x-request-id': newId('req').slice(0, 36),
      'openai-version': '2020-10-01',
      'openai-organization': 'sandbox',
      'openai-project': 'proj_sandbox',
      'x-ratelimit-limit-requests': String(REQUEST_LIMIT),
      'x-ratelimit-remaining-requests': String(REQUEST_LIMIT - used),
      'x-ratelimit-reset-requests': '6ms',
      'x-ratelimit-limit-tokens': '30000000',
      'x-ratelimit-remaining-tokens': String(30_000_000 - used * 100),
      'x-ratelimit-reset-tokens': '1ms',
    })
    next()
  }
}

export function requireKey(keys: ReadonlySet<string> | undefined): RequestHandler {
  return (req, _res, next) => {
    const key = /^Bearer\s+(\S+)$/i.exec(req.get('authorization') ?? '')?.[1]
    if (key === undefined) throw missingKey()
    if (keys !== undefined && !keys.has(key)) throw wrongKey(key)
    next()
  }
}

export function unknownUrl(): RequestHandler {
  return (req) => {
    throw new ApiError({ status: 404, message: `Invalid URL (${req.method} ${req.path})` })
  }
}

export function answerErrors(): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    if (res.headersSent) return next(error)
    replyError(res, error instanceof ApiError ? error : asApiError(error))
  }
}

function asApiError(error: unknown): ApiError {
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined
  if (type === 'entity.parse.failed') return new ApiError({ status: 400, message: 'We could not parse the JSON body of your request.' })
  if (type === 'entity.too.large') return new ApiError({ status: 413, message: 'Request body is too large.' })
  return new ApiError({ status: 500, message: `The sandbox itself failed: ${String(error)}`, type: 'server_error' })
}

function missingKey(): ApiError {
  const message =
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from https://platform.openai.com/account/api-keys."
  return new ApiError({ status: 401, message })
}

function wrongKey(key: string): ApiError {
  const shown = key.length > 12 ? `${key.slice(0, 8)}****${key.slice(-4)}` : '****'
  const message = `Incorrect API key provided: ${shown}. You can find your API key at https://platform.openai.com/account/api-keys.`
  return new ApiError({ status: 401, message, code: 'invalid_api_key' })
}
