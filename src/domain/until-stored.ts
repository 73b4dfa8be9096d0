import type { Context } from './context.ts'
import { StoreUnavailableError } from './errors.ts'

/** Longer than a fail-over, or the restart of a large database. */
const PATIENCE_MS = 1_800_000
const FIRST_PAUSE_MS = 1_000
const MAX_PAUSE_MS = 5_000

interface Writing<T> {
  /** May run again after it took effect. */
  work: () => Promise<T>
  /** What is lost if it is given up: told with each fault. */
  about: Record<string, unknown>
  signal: AbortSignal
}

/**
 * Writes down what cannot be asked for a second time: tried on while the database is away, also when the handler's own time
 * is up and nobody waits for it any more.
 */
export async function untilStored<T>(app: Context, { work, about, signal }: Writing<T>): Promise<T> {
  const giveUpAt = app.clock.now().getTime() + PATIENCE_MS
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || isStopping(signal) || app.clock.now().getTime() >= giveUpAt) {
        app.log.error({ ...about, error }, 'store.not_written')
        throw error
      }
      app.log.warn({ ...about, error, retry_ms: pauseMs }, 'store.unavailable')
      await pause(app, { pauseMs, signal })
    }
  }
}

/** The end of a handler's time is no reason to lose what it was told. */
function isStopping({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof DOMException && reason.name === 'TimeoutError')
}

/** Cut short when the process is to stop: one more try, and no other. */
function pause({ clock }: Context, { pauseMs, signal }: { pauseMs: number; signal: AbortSignal }): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      stop()
      signal.removeEventListener('abort', onAbort)
      resolve()
    }
    const onAbort = (): void => {
      if (isStopping(signal)) end()
    }
    const stop = clock.every(pauseMs, end)
    signal.addEventListener('abort', onAbort)
  })
}
