import type { CallbackType, Delivery } from './callback-model.ts'
import { callbackPayload } from './callback-payload.ts'
import { targetOf } from './callback-target.ts'
import type { Unit } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { wantsType } from './event-patterns.ts'
import type { Job, JobEvent } from './model.ts'
import type { Store } from './ports.ts'
import { millisUntil, secondsAfter } from './time.ts'

/** The status by which an address asks to be left alone. */
export const GONE = 410

/** A database takes so many parameters in one statement: far more rows than this would not fit. */
const ROWS_AT_ONCE = 1_000

/** An address, and which of a job's events it wants. */
interface Wish {
  endpointId: string | null
  url: string
  eventTypes: readonly string[] | null
}

/** One delivery for each event and each address that wants it, in the transaction of the event itself. */
export async function planDeliveries(app: Context, unit: Unit, { job, events }: { job: Job; events: JobEvent[] }): Promise<void> {
  const wishes = await wishesFor(unit.tx, { job, types: [...new Set(events.map(({ type }) => type))] })
  const wanted = events.filter(({ type }) => wishes.some((wish) => wantsType(wish.eventTypes, type)))
  if (wanted.length === 0) return
  // What was sent in is known to its sender: a callback tells what came out.
  const artifacts = (await unit.tx.artifacts.listForJob(job.id)).filter(({ kind }) => kind !== 'input')
  const told = wanted.map((event) => ({ event, payload: callbackPayload({ job, event, artifacts, publicUrl: app.publicUrl }) }))
  const createdAt = app.clock.now()
  const dueAt = secondsAfter(createdAt, app.rules.callbackScheduleSeconds[0] ?? 0)
  const planned = wishes.map((wish) => {
    const base = { tenantId: job.tenantId, endpointId: wish.endpointId, url: wish.url }
    const targetId = targetOf(base)
    return told
      .filter(({ event }) => wantsType(wish.eventTypes, event.type))
      .map(({ event, payload }): Delivery => ({
        ...base,
        id: app.ids.derive('dlv', event.id, wish.endpointId ?? wish.url),
        jobId: job.id,
        targetId,
        origin: 'event',
        eventSeq: event.seq,
        eventType: event.type,
        payload,
        state: 'pending',
        attempts: 0,
        tries: 0,
        dueAt,
        claimedUntil: null,
        createdAt,
        finishedAt: null,
        endReason: null,
      }))
  })
  await insertAll(unit.tx, planned.flat())
  // The events of one job reach one address in their order: each is let go by the one before it.
  for (const { id, targetId } of planned.flatMap(([first]) => first ?? [])) {
    unit.entries.push({ name: 'deliver', payload: { deliveryId: id, targetId }, dedupe: id, delayMs: millisUntil(dueAt, createdAt) })
  }
}

async function wishesFor(tx: Store, { job, types }: { job: Job; types: CallbackType[] }): Promise<Wish[]> {
  const { callbackUrl: url, callbackEvents: eventTypes, tenantId, labels } = job
  const own = url !== null && types.some((type) => wantsType(eventTypes, type)) && !(await tx.deliveries.wasToldGone(job.id))
  const endpoints = await tx.endpoints.listWanting({ tenantId, types, labels })
  return [...(own ? [{ endpointId: null, url, eventTypes }] : []), ...endpoints.map(({ id, ...wish }) => ({ ...wish, endpointId: id }))]
}

async function insertAll(tx: Store, deliveries: Delivery[]): Promise<void> {
  for (let from = 0; from < deliveries.length; from += ROWS_AT_ONCE) {
    await tx.deliveries.insert(deliveries.slice(from, from + ROWS_AT_ONCE))
  }
}
