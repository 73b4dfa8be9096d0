import type { Unit } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { isFinal, statesBefore } from './job-status.ts'
import type { EventType, JobStatus } from './job-status.ts'
import type { Job, JsonObject } from './model.ts'
import { planDeliveries } from './plan-deliveries.ts'
import type { JobChanges } from './store.ts'
import { secondsAfter } from './time.ts'

const DAY_SECONDS = 86_400

export interface NewEvent {
  type: EventType
  data: JsonObject
}

interface Move {
  job: Job
  to: JobStatus
  set?: Omit<JobChanges, 'status'>
  /** Told before the event of the move itself. */
  events?: NewEvent[]
  data?: JsonObject
}

/**
 * The one way a job changes its status: guarded by the table of legal moves, told as an event,
 * with its callbacks planned in the same transaction. Null when the race was lost.
 */
export async function moveJob(app: Context, unit: Unit, { job, to, set, events = [], data = {} }: Move): Promise<Job | null> {
  const changes: JobChanges = { ...set, status: to }
  if (isFinal(to)) {
    const now = app.clock.now()
    changes.finishedAt = now
    changes.expiresAt = job.retentionDays === null ? null : secondsAfter(now, job.retentionDays * DAY_SECONDS)
    changes.progress = null
    changes.requiredAction = null
    changes.actionDueAt = null
  }
  const moved = await unit.tx.jobs.update(job.id, { from: statesBefore(to), set: changes })
  if (moved !== null && isFinal(to)) unit.committed.push(() => meterEnd(app, moved))
  if (moved !== null) await tellEvents(app, unit, { job: moved, events: [...events, { type: `job.${to}`, data }] })
  return moved
}

function meterEnd({ meter }: Context, { status, createdAt, finishedAt }: Job): void {
  meter.count('jobs_finished', { status })
  if (finishedAt !== null) meter.observe('job_seconds', { status }, (finishedAt.getTime() - createdAt.getTime()) / 1000)
}

/** Appends events to a job's history and plans the callbacks that asked for them. */
export async function tellEvents(app: Context, unit: Unit, { job, events }: { job: Job; events: NewEvent[] }): Promise<void> {
  const createdAt = app.clock.now()
  const numbered = events.map((event) => ({ ...event, id: app.ids.next('evt'), createdAt }))
  const written = await unit.tx.events.append(job.id, numbered)
  await planDeliveries(app, unit, { job, events: written })
  await unit.tx.signalJob(job.id)
}
