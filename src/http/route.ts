import { z } from 'zod'
import type { Context } from '../domain/context.ts'
import type { Principal } from '../domain/principal.ts'
import type { Answer } from './answer.ts'
import type { HttpDeps } from './deps.ts'
import { parsePart } from './parse-part.ts'
import { readQuery } from './read-query.ts'

export type Method = 'get' | 'post' | 'patch' | 'delete'

/** `key`: any valid key. `admin`: a key with that scope. */
export type Access = 'public' | 'key' | 'admin'

export const TAGS = {
  Jobs: 'Long-running responses, from submission to result.',
  Artifacts: 'Images, files and other things worth keeping, stored from responses.',
  Callbacks: 'Signed webhooks to your own endpoint.',
  'OpenAI webhooks': 'The door that OpenAI delivers its webhooks to, and what came through it.',
  Operations: 'Health and this description.',
} as const
export type Tag = keyof typeof TAGS

export interface ReplyDoc {
  description: string
  /** Of the JSON body. */
  schema?: z.ZodType
  /** Where the body is something else than JSON: what it may be, what one gets without a wish first. */
  contentTypes?: readonly string[]
  headers?: Record<string, string>
}

/** What the document tells of a route. */
export interface RouteDoc {
  method: Method
  /** `/v1/jobs/{id}` */
  path: string
  operation: string
  tag: Tag
  access: Access
  summary: string
  description?: string
  params: z.ZodObject
  query: z.ZodObject
  headers: z.ZodObject
  /** Null: a body is not read. One that lets `undefined` through may be left out. */
  body: z.ZodType | null
  exampleBody?: unknown
  replies: Record<number, ReplyDoc>
  /** Refusals of its own, beside those that its parts imply. */
  faults?: Record<number, string>
}

/** A request as it came: nothing of it is checked but the key. */
export interface RawCall {
  deps: HttpDeps
  app: Context
  /** Of nobody where the route is public. */
  principal: Principal
  isHead: boolean
  /** Aborts when the client goes away. */
  signal: AbortSignal
  params: Record<string, unknown>
  search: URLSearchParams
  headers: Record<string, unknown>
  body: unknown
}

export interface Route extends RouteDoc {
  run(call: RawCall): Promise<Answer>
}

export type Call<P, Q, H, B> = Pick<RawCall, 'deps' | 'app' | 'principal' | 'isHead' | 'signal'> & {
  params: P
  query: Q
  headers: H
  body: B
  /** The body as it came, for those who compare requests. */
  rawBody: unknown
}

type Spec<P extends z.ZodObject, Q extends z.ZodObject, H extends z.ZodObject, B extends z.ZodType> = Omit<
  RouteDoc,
  'params' | 'query' | 'headers' | 'body'
> & {
  params?: P
  query?: Q
  headers?: H
  body?: B
  handler(call: Call<z.output<P>, z.output<Q>, z.output<H>, z.output<B>>): Promise<Answer>
}

const NO_FIELDS = z.strictObject({})

export function mayBeLeftOut(body: z.ZodType): boolean {
  return body.safeParse(undefined).success
}

/** A route as data. Its handler sees only what its schemas let through. */
export function defineRoute<P extends z.ZodObject, Q extends z.ZodObject, H extends z.ZodObject, B extends z.ZodType>(
  spec: Spec<P, Q, H, B>,
): Route {
  const { params = NO_FIELDS as unknown as P, query = NO_FIELDS as unknown as Q, headers = z.object({}) as unknown as H, body } = spec
  const { handler, ...doc } = spec
  return {
    ...doc,
    params,
    query,
    headers,
    body: body ?? null,
    async run({ search, body: rawBody, ...call }) {
      return handler({
        ...call,
        params: parsePart(params, call.params),
        query: parsePart(query, readQuery(search, query)),
        headers: parsePart(headers, call.headers),
        body: parsePart(body ?? z.never().optional(), rawBody) as z.output<B>,
        rawBody,
      })
    },
  }
}
