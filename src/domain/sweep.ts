import { hurry } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { AGAIN_SECONDS } from './due.ts'
import { expireActions } from './expire-actions.ts'
import { isTouchDue } from './keep-alive.ts'
import type { Job } from './model.ts'
import { newWalk, nextPart } from './paced-walk.ts'
import type { PacedWalk } from './paced-walk.ts'
import type { QueueEntry } from './ports.ts'
import { tendHolds } from './release-account.ts'
import { secondsAfter } from './time.ts'

/** How late a row's step may be before its queue entry counts as lost. */
const GRACE_SECONDS = 5
const LIMIT = 500

/** What a process remembers from one sweep to the next: which of the jobs to be ended it has named. */
export interface SweepMemory {
  pastDeadline: PacedWalk
  cancelRequested: PacedWalk
}

export function newSweepMemory(app: Context): SweepMemory {
  const now = app.clock.now()
  return { pastDeadline: newWalk(now), cancelRequested: newWalk(now) }
}

/** Finds every row whose next step is owed and whose queue entry may be lost, and names that step again. */
export async function sweep(app: Context, memory: SweepMemory = newSweepMemory(app)): Promise<{ found: number }> {
  const now = app.clock.now()
  const entries = [
    ...(await lateSteps(app, now)),
    ...(await unwantedJobs(app, { now, memory })),
    ...(await goneJobs(app, now)),
    ...(await tendHolds(app)),
  ]
  await hurry(app, entries)
  return { found: entries.length + (await expireActions(app, { now, limit: LIMIT })) }
}

async function lateSteps({ store }: Context, now: Date): Promise<QueueEntry[]> {
  const late = { now: secondsAfter(now, -GRACE_SECONDS), nextDue: secondsAfter(now, AGAIN_SECONDS), limit: LIMIT }
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
  for (const replayId of await store.replays.takeDue(late))
    entries.push({ name: 'replay-callbacks', payload: { replayId }, dedupe: `${replayId}-sweep` })
  return entries
}

async function unwantedJobs({ store }: Context, { now, memory }: { now: Date; memory: SweepMemory }): Promise<QueueEntry[]> {
  const late = await nextPart(memory.pastDeadline, {
    now,
    limit: LIMIT,
    list: (beyond) => store.jobs.listPastDeadline({ now, beyond, limit: LIMIT }),
    placeOf: ({ id, deadlineAt }: Job) => ({ id, at: deadlineAt ?? now }),
  })
  const wished = await nextPart(memory.cancelRequested, {
    now,
    limit: LIMIT,
    list: (beyond) => store.jobs.listCancelRequested({ before: secondsAfter(now, -GRACE_SECONDS), beyond, limit: LIMIT }),
    placeOf: ({ id, cancelRequestedAt }: Job) => ({ id, at: cancelRequestedAt ?? now }),
  })
  return [...late, ...wished].map(({ id }) => ({ name: 'cancel-job', payload: { jobId: id }, dedupe: id }))
}

async function goneJobs({ store }: Context, now: Date): Promise<QueueEntry[]> {
  const expired = await store.jobs.takeExpired({ now, limit: LIMIT })
  const deleted = await store.jobs.takeDeleted({ before: secondsAfter(now, -AGAIN_SECONDS), at: now, limit: LIMIT })
  return [...expired, ...deleted].map((jobId) => ({ name: 'purge-job', payload: { jobId }, dedupe: jobId }))
}
