import { createServer, request as send } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const TAP_PHASES = ['arrived', 'answered', 'half_sent', 'sent'] as const
/** Of one exchange: the request came; the other side answered; half the answer went on; all of it did. */
export type TapPhase = (typeof TAP_PHASES)[number]

export interface Tap extends AsyncDisposable {
  url: string
  /** Told of each phase of each exchange before it goes on; `drop` ends the exchange there. */
  watch: (exchange: { method: string; path: string; phase: TapPhase }) => 'drop' | undefined
}

/** Stands between the service and what it calls, so that a test can act at one moment of one exchange. */
export async function startTap(targetUrl: string): Promise<Tap> {
  const target = new URL(targetUrl)
  const server = createServer((request, response) => {
    forward(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const tap: Tap = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${target.pathname}`,
    watch: () => undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return tap

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const told = { method: request.method ?? '', path: request.url ?? '' }
    const body = await readAll(request)
    if (tap.watch({ ...told, phase: 'arrived' }) === 'drop') return void request.socket.destroy()
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const { host: _host, ...headers } = request.headers
      send({ host: target.hostname, port: target.port, method: told.method, path: told.path, headers }, resolve)
        .on('error', reject)
        .end(body)
    })
    const whole = await readAll(answer)
    if (tap.watch({ ...told, phase: 'answered' }) === 'drop') return void request.socket.destroy()
    const { 'transfer-encoding': _chunked, ...headers } = answer.headers
    response.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': whole.length })
    const half = Math.floor(whole.length / 2)
    response.write(whole.subarray(0, half))
    if (tap.watch({ ...told, phase: 'half_sent' }) === 'drop') return void request.socket.destroy()
    response.end(whole.subarray(half), () => void tap.watch({ ...told, phase: 'sent' }))
  }
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
