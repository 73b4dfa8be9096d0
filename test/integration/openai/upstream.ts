import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import type { PayloadSink } from '../../../src/domain/ports.ts'
import { createOpenAi, type OpenAiOptions } from '../../../src/openai/index.ts'

export interface Seen {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}

export type Answer = (reply: ServerResponse, seen: Seen) => unknown

/** A server that answers each request as it is told, the last answer again and again; and an adapter that talks to it. */
export async function startUpstream(
  ...answers: [Answer, ...Answer[]]
): Promise<AsyncDisposable & { seen: Seen[]; openai: ReturnType<typeof createOpenAi>; baseUrl: string }> {
  const seen: Seen[] = []
  const server = createServer(async (request, reply) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url = '', headers } = request
    const one = { method, url: decodeURIComponent(url), headers, body: Buffer.concat(chunks).toString() }
    const answer = answers[Math.min(seen.push(one), answers.length) - 1]
    await answer?.(reply, one)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  return {
    seen,
    baseUrl,
    openai: openAiAt(baseUrl),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export const FAST = { createMs: 300, retrieveMs: 300, idleMs: 300, otherMs: 300 }

export function openAiAt(baseUrl: string, timeouts?: OpenAiOptions['timeouts']): ReturnType<typeof createOpenAi> {
  return createOpenAi({ accounts: { main: { apiKey: 'sk-test-secret-key', baseUrl } }, ...(timeouts && { timeouts }) })
}

export function json(value: unknown, { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {}): Answer {
  return (reply) => reply.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

export function failure(status: number, message = 'it failed', headers: Record<string, string> = {}): Answer {
  return json({ error: { message, type: 'some_error', code: null, param: null } }, { status, headers })
}

export const reset: Answer = (reply) => reply.socket?.resetAndDestroy()
export const silence: Answer = () => undefined

/** Half a reply of a promised length, then the connection ends. */
export function cut(text: string): Answer {
  return (reply) => {
    reply.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length * 2 })
    reply.write(text, () => reply.socket?.destroy())
  }
}

export const main = (signal = new AbortController().signal): { account: string; signal: AbortSignal } => ({ account: 'main', signal })

export const readAll: PayloadSink = async ({ body }) => {
  let bytes = 0
  for await (const chunk of body) bytes += chunk.length
  return `kept ${bytes}`
}
