import { callbackPayload } from './callback-payload.ts'
import type { Unit } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { DEFAULT_CALLBACK_EVENTS } from './job-status.ts'
import type { Delivery } from './callback-model.ts'
import type { Job, JobEvent } from './model.ts'
import type { Store } from './ports.ts'
import { millisUntil, secondsAfter } from './time.ts'

/** The status by which an address asks to be left alone. */
export const GONE = 410

/** One delivery per event that the job's callback wants, in the transaction of the event itself. */
export async function planDeliveries(
  app: Context,
  { tx, entries }: Unit,
  { job, events }: { job: Job; events: JobEvent[] },
): Promise<void> {
  const { callbackUrl } = job
  if (callbackUrl === null) return
  const wanted: readonly string[] = job.callbackEvents ?? DEFAULT_CALLBACK_EVENTS
  const due = events.filter((event) => wanted.includes(event.type))
  if (due.length === 0 || (await wasToldGone(tx, job.id))) return
  // What was sent in is known to its sender: a callback tells what came out.
  const artifacts = (await tx.artifacts.listForJob(job.id)).filter(({ kind }) => kind !== 'input')
  const now = app.clock.now()
  const dueAt = secondsAfter(now, app.rules.callbackScheduleSeconds[0] ?? 0)
  const deliveries = due.map((event): Delivery => ({
    id: app.ids.derive('dlv', event.id, callbackUrl),
    tenantId: job.tenantId,
    jobId: job.id,
    endpointId: null,
    targetId: '',
    origin: 'event',
    eventSeq: event.seq,
    eventType: event.type,
    url: callbackUrl,
    payload: callbackPayload({ job, event, artifacts, publicUrl: app.publicUrl }),
    state: 'pending',
    attempts: 0,
    tries: 0,
    dueAt,
    claimedUntil: null,
    createdAt: now,
    finishedAt: null,
  }))
  await tx.deliveries.insert(deliveries)
  for (const { id } of deliveries) {
    entries.push({ name: 'deliver', payload: { deliveryId: id }, dedupe: id, delayMs: millisUntil(dueAt, now) })
  }
}

/** An address that once answered 410 wants nothing more of this job. */
async function wasToldGone(tx: Store, jobId: string): Promise<boolean> {
  const earlier = await tx.deliveries.listForJob(jobId)
  return earlier.some(({ attempts }) => attempts.some(({ status }) => status === GONE))
}
