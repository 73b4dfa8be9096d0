import { openApiDocument } from '../../src/http/index.ts'
import type { Body, Reply } from './api-client.ts'
import { createReplyCheck } from './check-reply.ts'

interface Init {
  method?: string
  /** Sent as JSON; text and bytes as they are. */
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}

export interface HttpClient {
  key: string
  call(path: string, init?: Init): Promise<Reply>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>
  /** A new job, from the smallest body there is. */
  submit(fields?: Record<string, unknown>): Promise<Body>
}

export const SMALLEST = { model: 'gpt-5.5', input: 'Hello' }

/** Speaks HTTP and holds every reply against the document. */
export function httpClient({ url, key }: { url: string; key: string }): HttpClient {
  const check = createReplyCheck(openApiDocument({ publicUrl: url }))
  const client: HttpClient = {
    key,
    async call(path, { method = 'GET', body, headers = {}, signal } = {}) {
      const raw = typeof body === 'string' || body instanceof Uint8Array
      const response = await fetch(url + path, {
        method,
        redirect: 'manual',
        headers: {
          ...(key !== '' && { authorization: `Bearer ${key}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: raw ? (body as string) : JSON.stringify(body) }),
        ...(signal && { signal }),
      })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.includes('json') === true
      const reply: Reply = {
        status: response.status,
        headers: response.headers,
        body: isJson && method !== 'HEAD' ? JSON.parse(text) : text,
      }
      check({ ...reply, method: method === 'HEAD' ? 'GET' : method, path })
      return reply
    },
    post: (path, body, headers) => client.call(path, { method: 'POST', ...(body !== undefined && { body }), ...(headers && { headers }) }),
    async submit(fields = {}) {
      const { status, body } = await client.post('/v1/jobs', { request: SMALLEST, ...fields })
      if (status !== 202) throw new Error(`submission answered ${status}: ${JSON.stringify(body)}`)
      return body
    },
  }
  return client
}
