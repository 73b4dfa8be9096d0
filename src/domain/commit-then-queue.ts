import type { Context } from './context.ts'
import type { QueueEntry, Store } from './ports.ts'

/** One transaction, and the queue entries that it owes once it has committed. */
export interface Unit {
  tx: Store
  entries: QueueEntry[]
}

/**
 * Commits, then names the next work. The rows say what is owed, so a queue that is away
 * delays that work until the sweep and never undoes what was committed.
 */
export async function commitThenQueue<T>(app: Context, work: (unit: Unit) => Promise<T>): Promise<T> {
  const entries: QueueEntry[] = []
  const value = await app.store.transaction((tx) => work({ tx, entries }))
  await hurry(app, entries)
  return value
}

/** Adds what rows already owe; failing to is no fault. */
export async function hurry(app: Context, entries: QueueEntry[]): Promise<void> {
  if (entries.length === 0) return
  try {
    await app.queue.add(entries)
  } catch (error) {
    app.log.warn({ error, entries: entries.length }, 'queue.unavailable')
  }
}
