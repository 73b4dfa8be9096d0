import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually } from './eventually.ts'

export interface ReceivedCallback {
  path: string
  headers: IncomingHttpHeaders
  body: string
  event: { type: string; timestamp: string; data: { id: string; status: string; seq: number } & Record<string, unknown> }
}

export interface CallbackSink extends AsyncDisposable {
  url: string
  received: ReceivedCallback[]
  /** The first callback of this type about this job. */
  waitFor(jobId: string, type: string): Promise<ReceivedCallback>
  /** What to answer; 204 unless told otherwise. */
  answer: (callback: ReceivedCallback) => number | Promise<number>
}

/** A user's endpoint on this machine that keeps all that reaches it. */
export async function startCallbackSink(): Promise<CallbackSink> {
  const received: ReceivedCallback[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const body = Buffer.concat(chunks).toString()
      const callback = { path: request.url ?? '', headers: request.headers, body, event: JSON.parse(body) as ReceivedCallback['event'] }
      received.push(callback)
      response.writeHead(await sink.answer(callback)).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sink: CallbackSink = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks`,
    received,
    answer: () => 204,
    waitFor: (jobId, type) =>
      eventually(() => received.find(({ event }) => event.type === type && event.data.id === jobId), {
        what: `callback ${type} of ${jobId}`,
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return sink
}
