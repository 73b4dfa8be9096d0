import type { Context } from './context.ts'
import { secondsAfter } from './time.ts'

/** Until when a claim taken now holds. */
export function claimEnd(app: Context): Date {
  return secondsAfter(app.clock.now(), app.rules.claimSeconds)
}

/** Keeps a turn's claim alive while `work` runs, so that only a dead worker loses it. */
export async function holdClaim<T>(app: Context, turnId: string, work: () => Promise<T>): Promise<T> {
  const stop = app.clock.every((app.rules.claimSeconds * 1000) / 3, () => {
    app.store.turns.extendClaim(turnId, claimEnd(app)).catch((error: unknown) => {
      app.log.warn({ error, turn_id: turnId }, 'claim.not_extended')
    })
  })
  try {
    return await work()
  } finally {
    stop()
  }
}
