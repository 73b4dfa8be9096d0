import { APIError } from 'openai'
import type { CancelOutcome } from '../domain/ports.ts'
import type { Call } from './call.ts'
import { dropBody } from './read-body.ts'
import { UpstreamRequestError } from './upstream-request-error.ts'

/** Servers differ on cancelling what is final: 200, or a 400 that says so. Both mean that it was asked. */
export async function cancelResponse({ client, signal, timeouts, describe }: Call, id: string): Promise<CancelOutcome> {
  try {
    const options = { signal, timeout: timeouts.otherMs }
    await dropBody(await client().responses.cancel(id, options).asResponse())
    return { outcome: 'asked' }
  } catch (error) {
    const told = describe(error)
    if (told.status === 400 && /cannot cancel/i.test(told.message)) return { outcome: 'asked' }
    return told.status === 404 ? { outcome: 'missing' } : { outcome: 'unavailable', error: told }
  }
}

export async function removeResponse({ client, signal, timeouts, describe }: Call, id: string): Promise<void> {
  try {
    const options = { signal, timeout: timeouts.otherMs }
    await dropBody(await client().responses.delete(id, options).asResponse())
  } catch (error) {
    if (error instanceof APIError && error.status === 404) return
    throw new UpstreamRequestError(describe(error))
  }
}
