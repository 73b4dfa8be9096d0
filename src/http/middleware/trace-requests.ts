import type { RequestHandler } from 'express'
import type { Context } from '../../domain/context.ts'
import { startTrace } from '../request-trace.ts'

/** Looked at by machines every few seconds, or thousands of times a second: told only when something is wrong. */
const QUIET = /^\/(?:healthz|readyz|metrics|webhooks\/)/

/** An id on every reply, and one wide line per request: no bodies, no query, no secrets. */
export function traceRequests(app: Context): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now()
    const trace = startTrace(app, { res, given: req.headers['x-request-id'] })
    res.once('close', () => {
      const quiet = QUIET.test(req.path)
      const level = res.statusCode >= 500 ? 'error' : quiet ? 'debug' : 'info'
      app.log[level](
        {
          request_id: trace.requestId,
          method: req.method,
          path: req.path.slice(0, 200),
          route: trace.route,
          status: res.statusCode,
          duration_ms: Math.round((performance.now() - startedAt) * 10) / 10,
          key_id: trace.keyId,
          ...(!res.writableFinished && { aborted: true }),
          ...(trace.error !== null && { error: trace.error }),
        },
        'http.request',
      )
    })
    next()
  }
}
