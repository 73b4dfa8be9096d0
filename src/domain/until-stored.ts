import type { Context } from './context.ts'
import { StoreUnavailableError } from './errors.ts'

const TRIES = 20
const PAUSE_MS = 1_000

/** Writes down what cannot be asked for a second time: tried on while the database is away. `work` may run again after it took effect. */
export async function untilStored<T>(app: Context, work: () => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await work()
    } catch (error) {
      if (left === 0 || !(error instanceof StoreUnavailableError)) throw error
      app.log.warn({ error, left }, 'store.unavailable')
      await pause(app)
    }
  }
}

function pause({ clock }: Context): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.every(PAUSE_MS, () => {
      stop()
      resolve()
    })
  })
}
