import { z } from 'zod'
import { emptyAnswer, jsonAnswer, textAnswer } from '../answer.ts'
import { DOCS_POLICY, renderDocs } from '../docs/render-docs.ts'
import { buildDocument } from '../openapi/build-document.ts'
import { anyObject } from '../present/shapes.ts'
import { defineRoute } from '../route.ts'
import type { Route, RouteDoc } from '../route.ts'

const anyQuery = z.object({})

/** The routes that describe all routes, themselves among them. */
export function descriptionRoutes(allDocs: () => readonly RouteDoc[]): Route[] {
  const documentOf = remembered((publicUrl) => buildDocument(allDocs(), { publicUrl }))
  const pageOf = remembered((publicUrl) => renderDocs(documentOf(publicUrl)))
  return [
    defineRoute({
      method: 'get',
      path: '/openapi.json',
      operation: 'getOpenApi',
      tag: 'Operations',
      access: 'public',
      summary: 'This description, as OpenAPI 3.1',
      query: anyQuery,
      replies: { 200: { description: 'The document.', schema: anyObject } },
      async handler({ app }) {
        return jsonAnswer(200, documentOf(app.publicUrl), { 'cache-control': 'no-cache' })
      },
    }),
    defineRoute({
      method: 'get',
      path: '/docs',
      operation: 'getDocs',
      tag: 'Operations',
      access: 'public',
      summary: 'This description, for reading',
      query: anyQuery,
      replies: { 200: { description: 'A page.', contentTypes: ['text/html'] } },
      async handler({ app }) {
        return textAnswer(200, pageOf(app.publicUrl), {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': DOCS_POLICY,
          'cache-control': 'no-cache',
        })
      },
    }),
    defineRoute({
      method: 'get',
      path: '/',
      operation: 'getRoot',
      tag: 'Operations',
      access: 'public',
      summary: 'Leads to the docs',
      query: anyQuery,
      replies: { 302: { description: 'To `/docs`.', headers: { Location: '`/docs`' } } },
      async handler() {
        return emptyAnswer(302, { location: '/docs' })
      },
    }),
  ]
}

/** The public address is known only once the service listens, and then stays. */
function remembered<T>(make: (publicUrl: string) => T): (publicUrl: string) => T {
  let last: { publicUrl: string; value: T } | null = null
  return (publicUrl) => {
    if (last?.publicUrl !== publicUrl) last = { publicUrl, value: make(publicUrl) }
    return last.value
  }
}
