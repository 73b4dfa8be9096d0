import { GivenUpError, TooSlowError } from './failure-reason.ts'

export interface Attempt extends Disposable {
  /** Aborted with the error that ended the attempt. */
  signal: AbortSignal
  /** Rejects as soon as the attempt ends; what it waited for may go on, unheard. */
  race<T>(work: Promise<T>): Promise<T>
  durationMs(): number
}

/** One deadline over all that an attempt does, and the wish of others to end it. */
export function startAttempt({ timeoutMs, signals }: { timeoutMs: number; signals: AbortSignal[] }): Attempt {
  const startedAt = performance.now()
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new TooSlowError(`There was no whole reply within ${timeoutMs} ms`)), timeoutMs)
  const giveUp = (): void => controller.abort(new GivenUpError('The attempt was ended from our side'))
  for (const signal of signals) {
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp)
  }
  return {
    signal: controller.signal,
    race: (work) =>
      new Promise((resolve, reject) => {
        const fail = (): void => reject(controller.signal.reason)
        controller.signal.addEventListener('abort', fail)
        work.then(resolve, reject)
      }),
    durationMs: () => Math.round(performance.now() - startedAt),
    [Symbol.dispose]() {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', giveUp)
    },
  }
}
