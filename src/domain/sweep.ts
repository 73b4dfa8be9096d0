import { hurry } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { AGAIN_SECONDS } from './due.ts'
import { expireActions } from './expire-actions.ts'
import { isTouchDue } from './keep-alive.ts'
import type { QueueEntry } from './ports.ts'
import { secondsAfter } from './time.ts'

/** How late a row's step may be before its queue entry counts as lost. */
const GRACE_SECONDS = 5
const LIMIT = 500
const PRUNE_LIMIT = 10_000
const KEEP_INBOX_SECONDS = 30 * 86_400
const KEEP_IDEMPOTENCY_SECONDS = 2 * 86_400

/** Finds every row whose next step is owed and whose queue entry may be lost, and names that step again. */
export async function sweep(app: Context): Promise<{ found: number }> {
  const { store } = app
  const now = app.clock.now()
  const late = { now: secondsAfter(now, -GRACE_SECONDS), nextDue: secondsAfter(now, AGAIN_SECONDS), limit: LIMIT }
  const old = { before: secondsAfter(now, -AGAIN_SECONDS), limit: LIMIT }
  const entries: QueueEntry[] = []
  for (const turn of await store.turns.takeDue(late)) {
    const name = turn.state === 'running' ? 'collect-turn' : 'submit-job'
    entries.push({ name, payload: { turnId: turn.id }, dedupe: `${turn.id}-sweep` })
    if (isTouchDue(turn, now)) entries.push({ name: 'keep-alive', payload: { turnId: turn.id }, dedupe: turn.id })
  }
  for (const inboxId of await store.inbox.takeDue(late))
    entries.push({ name: 'handle-event', payload: { inboxId }, dedupe: `${inboxId}-sweep` })
  for (const deliveryId of await store.deliveries.takeDue(late))
    entries.push({ name: 'deliver', payload: { deliveryId }, dedupe: `${deliveryId}-sweep` })
  const unwanted = [
    ...(await store.jobs.listPastDeadline({ now, limit: LIMIT })),
    ...(await store.jobs.listCancelRequested({ ...old, before: late.now })),
  ]
  for (const { id } of unwanted) entries.push({ name: 'cancel-job', payload: { jobId: id }, dedupe: id })
  for (const { id } of await store.jobs.listExpired({ now, limit: LIMIT })) {
    if (await store.jobs.markDeleted(id, { at: now, upstream: false }))
      entries.push({ name: 'purge-job', payload: { jobId: id }, dedupe: id })
  }
  for (const id of await store.jobs.listDeleted(old)) entries.push({ name: 'purge-job', payload: { jobId: id }, dedupe: id })
  await hurry(app, entries)
  return { found: entries.length + (await expireActions(app, { now, limit: LIMIT })) }
}

/** Lets go of what only grows, a little at a time. */
export async function prune(app: Context): Promise<void> {
  const now = app.clock.now()
  const old = { before: secondsAfter(now, -KEEP_INBOX_SECONDS), limit: PRUNE_LIMIT }
  while ((await app.store.inbox.purge(old)) === PRUNE_LIMIT) continue
  await app.store.idempotency.purge({ before: secondsAfter(now, -KEEP_IDEMPOTENCY_SECONDS) })
}
