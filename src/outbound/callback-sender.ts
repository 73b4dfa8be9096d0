import type { CallbackSender, SendOutcome } from '../domain/ports.ts'
import { createAddressGuard } from './address-guard.ts'
import { startAttempt } from './attempt.ts'
import { createCheckedAgents } from './checked-agents.ts'
import { readTarget } from './callback-url.ts'
import { messageOf, reasonOf } from './failure-reason.ts'
import { post } from './post.ts'
import { plainHeaders, readReply } from './read-reply.ts'
import { lookupAll, resolveHost } from './resolve-host.ts'
import type { Lookup } from './resolve-host.ts'

export interface CallbackSenderOptions {
  /** Ranges that callbacks may reach although they are private. */
  allowPrivate: readonly string[]
  ports?: readonly number[]
  /** From looking the name up to the end of the reply. */
  timeoutMs?: number
  connectTimeoutMs?: number
  lookup?: Lookup
}

export function createCallbackSender({
  allowPrivate,
  ports = [443, 8443],
  timeoutMs = 15_000,
  connectTimeoutMs = 5_000,
  lookup = lookupAll,
}: CallbackSenderOptions): CallbackSender & AsyncDisposable {
  const guard = createAddressGuard(allowPrivate)
  const closing = new AbortController()
  const running = new Set<Promise<SendOutcome>>()
  const agents = createCheckedAgents()

  async function send({ url, headers, body, signal }: Parameters<CallbackSender['send']>[0]): Promise<SendOutcome> {
    using attempt = startAttempt({ timeoutMs, signals: [signal, closing.signal] })
    const read = readTarget(url, { guard, ports })
    if (!read.ok) return { outcome: 'failed', reason: read.reason, message: read.message, durationMs: attempt.durationMs() }
    try {
      attempt.signal.throwIfAborted()
      const addresses = await attempt.race(resolveHost(read.target, { guard, lookup }))
      const call = post({ url: read.target.url, headers, body }, { agents, addresses, connectTimeoutMs, signal: attempt.signal })
      const reply = await attempt.race(call)
      const text = await readReply(reply)
      const { statusCode: status = 0 } = reply
      return { outcome: 'replied', status, headers: plainHeaders(reply.headers), body: text, durationMs: attempt.durationMs() }
    } catch (error) {
      return { outcome: 'failed', reason: reasonOf(error), message: messageOf(error), durationMs: attempt.durationMs() }
    }
  }

  return {
    objection(url) {
      const read = readTarget(url, { guard, ports })
      return read.ok ? null : read.message
    },

    async send(request) {
      const sending = send(request)
      running.add(sending)
      try {
        return await sending
      } finally {
        running.delete(sending)
      }
    },

    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.all(running)
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}
