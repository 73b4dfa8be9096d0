import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseSecrets, verifyWebhook } from '../../signing/index.ts'
import { say } from './say.ts'

export interface CallbackReceiver extends AsyncDisposable {
  url: string
  /** Job ids whose final callback came and was verified. */
  verified: Set<string>
  /** Resolves when callbacks of all these jobs have come. */
  waitFor(jobIds: string[], timeoutMs: number): Promise<boolean>
  /** What to call a job in the lines shown. */
  names: Map<string, string>
}

/** A user's endpoint: it takes Longhaul's callbacks, checks their signatures and says so. */
export async function startCallbackReceiver({ secret }: { secret: string }): Promise<CallbackReceiver> {
  const parsed = parseSecrets(secret)
  if (!parsed.ok) throw new Error('the callback secret cannot be read')
  const verified = new Set<string>()
  const names = new Map<string, string>()
  const arrivals = new EventTarget()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const rawBody = Buffer.concat(chunks)
      const check = verifyWebhook({ rawBody, headers: request.headers, secrets: parsed.secrets, now: new Date() })
      const event = JSON.parse(rawBody.toString()) as { type: string; data: { id: string } }
      const good = check.outcome === 'verified'
      if (good) verified.add(event.data.id)
      say.happened({
        who: names.get(event.data.id) ?? event.data.id,
        what: 'callback',
        detail: `${event.type}, signature ${good ? 'verified' : 'REFUSED'}`,
        good,
      })
      response.writeHead(good ? 204 : 400).end()
      arrivals.dispatchEvent(new Event('one'))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks`,
    verified,
    names,
    async waitFor(jobIds, timeoutMs) {
      const late = AbortSignal.timeout(timeoutMs)
      while (!jobIds.every((id) => verified.has(id)) && !late.aborted) await next(arrivals, late)
      return jobIds.every((id) => verified.has(id))
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function next(target: EventTarget, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    target.addEventListener('one', () => resolve(), { once: true, signal })
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
