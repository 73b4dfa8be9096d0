import type { Delivery, Endpoint, Replay } from './callback-model.ts'
import { callbackPayload } from './callback-payload.ts'
import { targetOf } from './callback-target.ts'
import type { Context } from './context.ts'
import { wantsType } from './event-patterns.ts'
import type { Job, JobEvent } from './model.ts'
import type { Store } from './store.ts'

interface Found {
  replay: Replay
  endpoint: Endpoint
  found: { event: JobEvent; job: Job }[]
  dueAt: (index: number) => Date
}

/** The deliveries that an endpoint would have got, had it been there: the ids are those that planning gives. */
export async function planMissing(app: Context, tx: Store, { replay, endpoint, found, dueAt }: Found): Promise<Delivery[]> {
  const wanted = found.filter(({ event, job }) => wantsType(endpoint.eventTypes, event.type) && carries(job.labels, endpoint.labels))
  const artifacts = await tx.replays.artifactsOf([...new Set(wanted.map(({ job }) => job.id))])
  const byJob = Map.groupBy(artifacts, ({ jobId }) => jobId)
  const address = { tenantId: endpoint.tenantId, endpointId: endpoint.id, url: endpoint.url }
  const targetId = targetOf(address)
  return wanted.map(({ event, job }, index) => ({
    ...address,
    id: app.ids.derive('dlv', event.id, endpoint.id),
    jobId: job.id,
    targetId,
    origin: 'event',
    eventSeq: event.seq,
    eventType: event.type,
    payload: callbackPayload({ job, event, artifacts: byJob.get(job.id) ?? [], publicUrl: app.publicUrl }),
    state: 'pending',
    attempts: 0,
    tries: 0,
    dueAt: dueAt(index),
    claimedUntil: null,
    // By this they are known as the replay's own.
    createdAt: replay.createdAt,
    finishedAt: null,
    endReason: null,
  }))
}

function carries(labels: Record<string, string>, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value)
}
