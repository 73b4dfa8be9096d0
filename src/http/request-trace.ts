import type { Response } from 'express'
import type { Context } from '../domain/context.ts'

/** What one log line tells of a request when it is over. */
export interface RequestTrace {
  requestId: string
  route: string | null
  keyId: string | null
  error: unknown
}

const SANE_ID = /^[\w.:-]{1,128}$/
const traces = new WeakMap<object, RequestTrace>()

/** Takes over the caller's request id where that is one. */
export function startTrace(app: Context, { res, given }: { res: Response; given: string | string[] | undefined }): RequestTrace {
  const requestId = typeof given === 'string' && SANE_ID.test(given) ? given : `req_${Buffer.from(app.random.bytes(12)).toString('hex')}`
  const trace: RequestTrace = { requestId, route: null, keyId: null, error: null }
  traces.set(res, trace)
  res.setHeader('x-request-id', requestId)
  return trace
}

export function traceOf(res: Response): RequestTrace {
  const trace = traces.get(res)
  if (trace === undefined) throw new Error('the request was not traced')
  return trace
}
