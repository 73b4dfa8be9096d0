import { createServer, request as send } from 'node:http'
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export const TAP_PHASES = ['arrived', 'answered', 'half_sent', 'sent'] as const
/** Of one exchange: the request came; the other side began to answer; half the answer went on; all of it did. */
export type TapPhase = (typeof TAP_PHASES)[number]

export interface Exchange {
  method: string
  path: string
  phase: TapPhase
}

/** What becomes of an exchange: `drop` ends it there, `hang` leaves it without an end, a status answers in the other side's place. */
export type Verdict = 'drop' | 'hang' | { status: number; body?: string } | undefined

export interface Tap extends AsyncDisposable {
  url: string
  /** Told of each phase of each exchange before it goes on. */
  watch: (exchange: Exchange) => Verdict
  /** Ends what was left hanging. */
  letGo(): void
}

/**
 * Stands between one who calls and the called, so that a test can act at one moment of one exchange.
 * What passes is passed on as it comes, with its faults. Without a target every connection is ended, as by a host that is down.
 */
export async function startTap(
  target: string | (() => string | null),
  /** How long an answer may be waited for, as gateways do that end what is silent. */
  { patienceMs = Number.POSITIVE_INFINITY }: { patienceMs?: number } = {},
): Promise<Tap> {
  const targetOf = typeof target === 'string' ? () => target : target
  const server = createServer((request, response) => {
    forward(request, response).catch(() => request.socket.destroy())
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const path = typeof target === 'string' ? new URL(target).pathname.replace(/\/$/, '') : ''
  const hanging = new Set<Socket>()
  const tap: Tap = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    watch: () => undefined,
    letGo() {
      for (const socket of hanging) socket.destroy()
      hanging.clear()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return tap

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const told = { method: request.method ?? '', path: request.url ?? '' }
    const body = await readAll(request)
    /** True when the exchange was taken out of our hands. */
    const stopped = (phase: TapPhase): boolean => {
      const verdict = tap.watch({ ...told, phase })
      if (verdict === 'drop') request.socket.destroy()
      else if (verdict === 'hang') hanging.add(request.socket)
      else if (verdict !== undefined) response.writeHead(verdict.status).end(verdict.body)
      return verdict !== undefined
    }
    if (stopped('arrived')) return
    const to = targetOf()
    if (to === null) return void request.socket.destroy()
    const { upstream, answered } = ask(new URL(to), { request, body })
    response.once('close', () => upstream.destroy())
    if (Number.isFinite(patienceMs)) upstream.setTimeout(patienceMs, () => upstream.destroy(new Error('no answer')))
    const answer = await answered
    if (stopped('answered')) return
    const { connection: _connection, ...headers } = answer.headers
    response.writeHead(answer.statusCode ?? 502, headers)
    const half = Number(headers['content-length'] ?? 0) / 2
    let passed = 0
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      const before = passed
      passed += chunk.length
      const cut = before <= half && passed > half ? Math.floor(half) - before : chunk.length
      response.write(chunk.subarray(0, cut))
      if (cut === chunk.length) continue
      if (stopped('half_sent')) return
      response.write(chunk.subarray(cut))
    }
    response.end(() => void stopped('sent'))
  }
}

/** On a connection of its own: one that was used before may end just as it is used again. */
function ask(
  to: URL,
  { request, body }: { request: IncomingMessage; body: Buffer },
): { upstream: ClientRequest; answered: Promise<IncomingMessage> } {
  const { promise: answered, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const { connection: _connection, expect: _expect, ...headers } = request.headers
  const { method, url: path } = request
  // The host stays as the caller wrote it: signatures cover it.
  const upstream = send({ host: to.hostname, port: to.port, agent: false, headers, ...(method && { method }), ...(path && { path }) })
  upstream.on('error', reject).on('response', resolve).end(body)
  return { upstream, answered }
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
