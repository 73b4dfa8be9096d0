import type { ErrorRequestHandler } from 'express'
import { AppError, StoreUnavailableError } from '../../domain/errors.ts'
import { HttpError } from '../http-error.ts'
import { traceOf } from '../request-trace.ts'

const RETRY_AFTER_SECONDS = 2

/** Every fault ends here, as one shape. What nobody foresaw is told to the log, never to the caller. */
export const errorReply: ErrorRequestHandler = (thrown: unknown, _req, res, _next) => {
  const fault = toFault(thrown)
  if (fault.status >= 500) traceOf(res).error = thrown
  if (res.headersSent || res.destroyed) {
    res.destroy()
    return
  }
  // What the route had said of a body that will not come.
  for (const name of ['content-length', 'content-range', 'content-disposition', 'etag', 'accept-ranges']) res.removeHeader(name)
  res.writeHead(fault.status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...(fault.retryAfterSeconds !== undefined && { 'retry-after': String(fault.retryAfterSeconds) }),
    ...(fault instanceof HttpError && fault.headers),
  })
  res.end(JSON.stringify({ error: { code: fault.code, message: fault.message, details: fault.details } }))
}

function toFault(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  if (thrown instanceof StoreUnavailableError) {
    const message = 'The database cannot be reached just now: try again.'
    return new AppError('unavailable', { status: 503, message, retryAfterSeconds: RETRY_AFTER_SECONDS })
  }
  // Express itself, of a path whose percent-encoding is broken.
  if (thrown instanceof URIError) return new AppError('bad_request', { status: 400, message: 'The path is not correctly percent-encoded.' })
  return new AppError('internal_error', { status: 500, message: 'Something went wrong here: the log has it under this x-request-id.' })
}
