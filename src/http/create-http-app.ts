import express from 'express'
import type { Express } from 'express'
import type { HttpDeps } from './deps.ts'
import { notFound } from './http-error.ts'
import { errorReply } from './middleware/error-reply.ts'
import { meterRequests } from './middleware/meter-requests.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import { traceRequests } from './middleware/trace-requests.ts'
import { mountRoutes } from './mount-routes.ts'
import { mountReceiver } from './receiver/mount-receiver.ts'
import { routes, workerRoutes } from './routes/index.ts'

/** The HTTP side as a whole. It never listens: that is for `listen`. */
export function createHttpApp(deps: HttpDeps): Express {
  const http = express()
  http.disable('x-powered-by')
  http.disable('etag')
  http.set('case sensitive routing', true)
  http.set('query parser', false)
  http.use(traceRequests(deps.app), meterRequests(deps.app.meter), securityHeaders)
  if (deps.only === 'all') mountReceiver(http, deps) // before anything that might read a body
  mountRoutes(http, { routes: deps.only === 'all' ? routes : workerRoutes, deps })
  http.use(() => {
    throw notFound('address: GET /docs lists what there is')
  })
  http.use(errorReply)
  return http
}
