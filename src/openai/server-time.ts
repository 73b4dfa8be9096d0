import { dropBody } from './read-body.ts'

const TIMEOUT_MS = 10_000

/** What time it is at OpenAI, by the head of any reply; no key is sent. Null: the reply does not say. Throws when there is none. */
export async function serverTime({ baseUrl, signal }: { baseUrl: string; signal: AbortSignal }): Promise<Date | null> {
  const reply = await fetch(`${baseUrl.replace(/\/$/, '')}/models`, {
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  })
  await dropBody(reply)
  const at = new Date(reply.headers.get('date') ?? Number.NaN)
  return Number.isNaN(at.getTime()) ? null : at
}
