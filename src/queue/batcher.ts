import type { BulkEntry } from './entries.ts'
import { within } from './within.ts'

const FLIGHT_MS = 1_500
const LARGEST_FLIGHT = 500

interface Waiter {
  entries: BulkEntry[]
  resolve: () => void
  reject: (error: Error) => void
}

/**
 * What is added while an earlier batch is under way goes together in the next: under load many adds cost one round trip,
 * without load none waits. When a batch fails, those behind it fail too, so nobody waits longer than one flight.
 */
export function createBatcher(send: (entries: BulkEntry[]) => Promise<unknown>): (entries: BulkEntry[]) => Promise<void> {
  let waiting: Waiter[] = []
  let flying = false

  async function fly(): Promise<void> {
    flying = true
    while (waiting.length > 0) {
      const batch = takeBatch(waiting)
      waiting = waiting.slice(batch.length)
      try {
        await within(send(batch.flatMap((waiter) => waiter.entries)), { ms: FLIGHT_MS, what: 'the queue' })
        for (const waiter of batch) waiter.resolve()
      } catch (error) {
        const away = new Error('the queue is away', { cause: error })
        for (const waiter of [...batch, ...waiting]) waiter.reject(away)
        waiting = []
      }
    }
    flying = false
  }

  return (entries) =>
    new Promise((resolve, reject) => {
      waiting.push({ entries, resolve, reject })
      if (!flying) void fly()
    })
}

function takeBatch(waiting: Waiter[]): Waiter[] {
  let size = 0
  const beyond = waiting.findIndex((waiter) => (size += waiter.entries.length) > LARGEST_FLIGHT)
  return beyond === -1 ? waiting : waiting.slice(0, Math.max(1, beyond))
}
