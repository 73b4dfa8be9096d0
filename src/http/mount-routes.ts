import type { Express, Request, RequestHandler, Response } from 'express'
import type { HttpDeps } from './deps.ts'
import { HttpError } from './http-error.ts'
import { createAuthenticate } from './middleware/authenticate.ts'
import { readBody } from './read-body.ts'
import { readJson } from './read-json.ts'
import { traceOf } from './request-trace.ts'
import { mayBeLeftOut } from './route.ts'
import type { Route } from './route.ts'
import { sendAnswer } from './send-answer.ts'

/** Each route of the table, and a 405 for every other method of its path. */
export function mountRoutes(express: Express, { routes, deps }: { routes: readonly Route[]; deps: HttpDeps }): void {
  const authenticate = createAuthenticate(deps.app)
  for (const route of routes) {
    express[route.method](expressPath(route.path), async (req, res) => {
      const trace = traceOf(res)
      trace.route = route.path
      const principal = await authenticate(req.headers.authorization, route.access)
      trace.keyId = principal.keyId || null
      const body = isBodyRead(route, req) ? readJson(await readBody(req, { maxBytes: deps.maxRequestBytes })) : undefined
      const answer = await route.run({
        deps,
        app: deps.app,
        principal,
        isHead: req.method === 'HEAD',
        signal: clientSignal(res),
        params: req.params,
        search: searchOf(req),
        headers: req.headers,
        body,
      })
      await sendAnswer(answer, { req, res })
    })
  }
  for (const [path, allow] of allowedMethods(routes)) express.all(expressPath(path), refuseMethod(allow))
}

export function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

export function allowedMethods(routes: readonly { path: string; method: string }[]): Map<string, string[]> {
  const byPath = Map.groupBy(routes, ({ path }) => path)
  return new Map(
    [...byPath].map(([path, its]) => [path, its.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))]),
  )
}

export function refuseMethod(allow: string[]): RequestHandler {
  return (req) => {
    const message = `${req.method} is not possible here: use ${allow.join(', ')}.`
    throw new HttpError('method_not_allowed', { status: 405, message, headers: { allow: allow.join(', ') } })
  }
}

function isBodyRead({ body }: Route, { headers }: Request): boolean {
  if (body === null) return false
  const none = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
  return !(none && mayBeLeftOut(body))
}

function clientSignal(res: Response): AbortSignal {
  const gone = new AbortController()
  res.once('close', () => {
    if (!res.writableFinished) gone.abort()
  })
  return gone.signal
}

function searchOf(req: Request): URLSearchParams {
  const at = req.originalUrl.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : req.originalUrl.slice(at + 1))
}
