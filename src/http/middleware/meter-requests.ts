import type { Request, RequestHandler } from 'express'
import type { Meter } from '../../domain/meter.ts'
import { traceOf } from '../request-trace.ts'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Counts and times every request under the template of its path, so that no id becomes a label. */
export function meterRequests(meter: Meter): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now()
    res.once('close', () => {
      const method = METHODS.has(req.method) ? req.method : 'other'
      const route = traceOf(res).route ?? templateOf(req) ?? 'none'
      const status = res.writableFinished ? String(res.statusCode) : 'aborted'
      meter.count('http_requests', { method, route, status })
      meter.observe('http_request_seconds', { method, route }, (performance.now() - startedAt) / 1000)
    })
    next()
  }
}

/** As Express matched it: `/webhooks/openai/:account`. */
function templateOf(req: Request): string | undefined {
  const { path } = (req.route ?? {}) as { path?: unknown }
  return typeof path === 'string' ? path.replaceAll(/:(\w+)/g, '{$1}') : undefined
}
