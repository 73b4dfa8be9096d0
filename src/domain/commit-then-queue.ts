import type { Context } from './context.ts'
import type { QueueEntry, Store } from './ports.ts'

/** One transaction, and what it owes once it has committed. */
export interface Unit {
  tx: Store
  entries: QueueEntry[]
  /** Called then, to count what was done; must not throw. */
  committed: (() => void)[]
}

/**
 * Commits, then names the next work. The rows say what is owed, so a queue that is away
 * delays that work until the sweep and never undoes what was committed.
 */
export async function commitThenQueue<T>(app: Context, work: (unit: Unit) => Promise<T>): Promise<T> {
  const entries: QueueEntry[] = []
  const committed: Unit['committed'] = []
  const value = await app.store.transaction((tx) => work({ tx, entries, committed }))
  for (const call of committed) call()
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
