import type { JobSignals } from '../domain/ports.ts'
import type { Database } from './database.ts'
import { JOB_CHANNEL } from './store.ts'

type Wake = () => void

/** One LISTEN for all who wait in this process. */
export function createJobSignals({ listen }: Pick<Database, 'listen'>): JobSignals & AsyncDisposable {
  const waiting = new Map<string, Set<Wake>>()
  let closed = false
  let listening: Promise<(() => Promise<void>) | null> | null = null

  function ensureListening(): void {
    if (closed) return
    listening ??= startListening()
  }

  async function startListening(): Promise<(() => Promise<void>) | null> {
    try {
      const unlisten = await listen(JOB_CHANNEL, wake)
      wake(null) // something may have been said before we heard
      return unlisten
    } catch {
      listening = null // whoever waits next tries again; until then timeouts do
      return null
    }
  }

  function wake(jobId: string | null): void {
    const woken = jobId === null ? waiting.values() : [waiting.get(jobId) ?? []]
    for (const wakes of woken) for (const wakeOne of wakes) wakeOne()
  }

  ensureListening()

  return {
    next(jobId, { timeoutMs, signal }) {
      ensureListening()
      return new Promise((resolve) => {
        if (closed || signal?.aborted) return resolve()
        const wakes = waiting.get(jobId) ?? new Set()
        const done = (): void => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', done)
          wakes.delete(done)
          if (wakes.size === 0 && waiting.get(jobId) === wakes) waiting.delete(jobId)
          resolve()
        }
        const timer = setTimeout(done, timeoutMs)
        signal?.addEventListener('abort', done, { once: true })
        waiting.set(jobId, wakes.add(done))
      })
    },

    async [Symbol.asyncDispose]() {
      closed = true
      wake(null)
      const unlisten = await listening
      await unlisten?.()
    },
  }
}
