import { eventually } from './eventually.ts'

/** Loose on purpose: tests say what they expect of it. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Body = any

export interface Reply {
  status: number
  headers: Headers
  body: Body
}

export interface ApiClient {
  call(path: string, init?: { method?: string; body?: unknown; headers?: Record<string, string> }): Promise<Reply>
  bytes(path: string, headers?: Record<string, string>): Promise<{ status: number; headers: Headers; bytes: Buffer }>
  /** Submits; fails the test unless it was accepted. */
  submit(job: Record<string, unknown>): Promise<Body>
  /** The job once it stands at one of these statuses; final ones by default. */
  settled(id: string, statuses?: string[]): Promise<Body>
}

const FINAL = ['completed', 'incomplete', 'failed', 'cancelled', 'requires_action']

export function apiClient({ url, key }: { url: string; key: string }): ApiClient {
  const authorization = `Bearer ${key}`
  const client: ApiClient = {
    async call(path, { method = 'GET', body, headers = {} } = {}) {
      const response = await fetch(url + path, {
        method,
        headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.includes('json') === true
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
    },
    async bytes(path, headers = {}) {
      const response = await fetch(url + path, { headers: { authorization, ...headers } })
      return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
    },
    async submit(job) {
      const { status, body } = await client.call('/v1/jobs', { method: 'POST', body: job })
      if (status !== 202) throw new Error(`submission answered ${status}: ${JSON.stringify(body)}`)
      return body
    },
    settled: (id, statuses = FINAL) =>
      eventually(
        async () => {
          const { status, body } = await client.call(`/v1/jobs/${id}`)
          if (status !== 200) throw new Error(`GET job answered ${status}: ${JSON.stringify(body)}`)
          if (statuses.includes(body.status)) return body
          throw new Error(`job ${id} is still ${body.status}: ${JSON.stringify(body.progress)}`)
        },
        { timeoutMs: 40_000 },
      ),
  }
  return client
}
