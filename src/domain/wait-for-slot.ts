import type { Endpoint } from './callback-model.ts'
import type { Context } from './context.ts'
import { millisUntil, secondsAfter } from './time.ts'

/** Whoever would wait longer comes back later, so that no place is taken by waiting. */
const LONGEST_WAIT_SECONDS = 1

/** Waits for the next turn that an endpoint's rate allows, over all processes; or says when to come back. */
export async function waitForSlot(
  app: Context,
  { endpoint, rate, signal }: { endpoint: Endpoint; rate: number; signal: AbortSignal },
): Promise<{ putOffTo: Date | null }> {
  const now = app.clock.now()
  const latest = secondsAfter(now, LONGEST_WAIT_SECONDS)
  const slot = await app.store.targets.takeSlot(endpoint, { now, latest, spacingMs: Math.ceil(1000 / rate) })
  if (slot === null) return { putOffTo: secondsAfter(latest, app.random.next()) }
  const waitMs = millisUntil(slot, app.clock.now())
  if (waitMs > 0) await pause(app, { waitMs, signal })
  return { putOffTo: null }
}

function pause(app: Context, { waitMs, signal }: { waitMs: number; signal: AbortSignal }): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      stop()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const stop = app.clock.every(waitMs, end)
    signal.addEventListener('abort', end)
  })
}
