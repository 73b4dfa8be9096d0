import { describe, expect, test } from 'vitest'
import { commitThenQueue } from '../../../src/domain/commit-then-queue.ts'
import { createEndpoint } from '../../../src/domain/create-endpoint.ts'
import type { EndpointFields } from '../../../src/domain/create-endpoint.ts'
import { changeEndpoint } from '../../../src/domain/change-endpoint.ts'
import type { EventType } from '../../../src/domain/job-status.ts'
import { moveJob, tellEvents } from '../../../src/domain/move-job.ts'
import { PRINCIPAL, eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { endpointRow } from '../../support/database-rows.ts'

const world = eachWorld()
const { tenantId } = PRINCIPAL
const OWN = 'https://callee.test/hook'

async function register(w: World, fields: Partial<EndpointFields> = {}): Promise<string> {
  const all = { url: 'https://endpoint.test/', description: '', eventTypes: null, labels: {}, headers: {}, ratePerSecond: null, ...fields }
  const made = await createEndpoint(w.app, { tenantId, fields: all, signature: 'v1', secret: 'whsec_x' })
  if (made.outcome !== 'created') throw new Error(made.outcome)
  return made.endpoint.id
}

const planned = async (w: World, jobId: string) =>
  (await w.app.store.deliveries.listForJob(jobId))
    .map(({ delivery: { endpointId, targetId, eventType, url } }) => ({ endpointId, targetId, eventType, url }))
    .toSorted((one, other) => one.url.localeCompare(other.url))

async function tell(w: World, jobId: string, types: EventType[]): Promise<void> {
  const job = await w.job(jobId)
  await commitThenQueue(w.app, (unit) => tellEvents(w.app, unit, { job, events: types.map((type) => ({ type, data: {} })) }))
}

async function complete(w: World, jobId: string): Promise<void> {
  const job = await w.job(jobId)
  await commitThenQueue(w.app, (unit) => moveJob(w.app, unit, { job, to: 'completed' }))
}

describe('an event', () => {
  test('goes to every endpoint that wants its type and its labels, and to the job\u2019s own address', async () => {
    const w = world()
    const all = await register(w)
    const growth = await register(w, { labels: { team: 'growth' }, url: 'https://growth.test/x' })
    await register(w, { labels: { team: 'core' } })
    await register(w, { labels: { team: 'growth', more: 'x' } })
    await register(w, { eventTypes: ['job.failed', 'artifact.*'] })
    const { job } = await w.submit({ callbackUrl: OWN, labels: { team: 'growth' } })
    expect(await planned(w, job.id)).toEqual([])
    await complete(w, job.id)
    expect(await planned(w, job.id)).toEqual([
      { endpointId: null, targetId: expect.stringMatching(/^host_/), eventType: 'job.completed', url: OWN },
      { endpointId: all, targetId: all, eventType: 'job.completed', url: 'https://endpoint.test/' },
      { endpointId: growth, targetId: growth, eventType: 'job.completed', url: 'https://growth.test/x' },
    ])
  })

  test('is told with one and the same body everywhere, under an id of its own for each', async () => {
    const w = world()
    await register(w)
    await register(w)
    const { job } = await w.submit({ callbackUrl: OWN })
    await complete(w, job.id)
    const rows = (await w.app.store.deliveries.listForJob(job.id)).map(({ delivery }) => delivery)
    expect(new Set(rows.map(({ payload }) => payload)).size).toBe(1)
    expect(new Set(rows.map(({ id }) => id)).size).toBe(3)
    expect(rows.map(({ origin, tries, attempts, state }) => [origin, tries, attempts, state])).toEqual(
      Array.from({ length: 3 }, () => ['event', 0, 0, 'pending']),
    )
  })

  test('of another tenant\u2019s job goes to nobody here', async () => {
    const w = world()
    await w.app.store.endpoints.insert(endpointRow({ id: 'ep_other', tenantId: 'ten_other', eventTypes: ['*'] }))
    const { job } = await w.submit()
    await complete(w, job.id)
    expect(await planned(w, job.id)).toEqual([])
  })

  test('goes to no endpoint that is disabled, and to it again once it is enabled', async () => {
    const w = world()
    const id = await register(w, { eventTypes: ['*'] })
    await changeEndpoint(w.app, { id, tenantId, change: { disabled: true } })
    const { job } = await w.submit()
    expect(await planned(w, job.id)).toEqual([])
    await changeEndpoint(w.app, { id, tenantId, change: { disabled: false } })
    await tell(w, job.id, ['job.submitted'])
    expect((await planned(w, job.id)).map(({ eventType }) => eventType)).toEqual(['job.submitted'])
  })

  test('that nobody wants costs one look and reads no artifacts', async () => {
    const w = world()
    await register(w)
    const { job } = await w.submit({ callbackUrl: OWN })
    const looks: string[] = []
    await w.app.store.transaction(async (tx) => {
      const counted = {
        ...tx,
        artifacts: { ...tx.artifacts, listForJob: () => Promise.reject(new Error('artifacts were read')) },
        deliveries: { ...tx.deliveries, wasToldGone: () => Promise.reject(new Error('attempts were read')) },
        endpoints: {
          ...tx.endpoints,
          listWanting: (wish: Parameters<typeof tx.endpoints.listWanting>[0]) => {
            looks.push(...wish.types)
            return tx.endpoints.listWanting(wish)
          },
        },
      }
      await tellEvents(w.app, { tx: counted, entries: [], committed: [] }, { job, events: [{ type: 'job.progress', data: {} }] })
    })
    expect(looks).toEqual(['job.progress'])
  })
})

describe('several events at once', () => {
  test('are planned in their order, and the first alone is let go for each address', async () => {
    const w = world()
    const id = await register(w, { eventTypes: ['artifact.*', 'job.completed'] })
    const { job } = await w.submit({ callbackUrl: OWN, callbackEvents: ['artifact.stored', 'job.completed'] })
    w.queue.clear()
    await tell(w, job.id, ['artifact.stored', 'artifact.failed', 'artifact.stored', 'job.completed'])
    const rows = (await w.app.store.deliveries.listForJob(job.id)).map(({ delivery }) => delivery)
    const of = (endpointId: string | null) =>
      rows.filter((row) => row.endpointId === endpointId).toSorted((one, other) => one.eventSeq - other.eventSeq)
    expect(of(null).map(({ eventSeq }) => eventSeq)).toEqual([2, 4, 5])
    expect(of(id).map(({ eventSeq }) => eventSeq)).toEqual([2, 3, 4, 5])
    expect(w.queue.entries.map(({ payload }) => payload)).toEqual(
      [of(null)[0], of(id)[0]].map((row) => ({ deliveryId: row?.id, targetId: row?.targetId })),
    )
  })

  test('reach a thousand endpoints in one transaction', async () => {
    const w = world()
    await w.app.store.transaction(async (tx) => {
      for (let n = 0; n < 1_000; n += 1) await tx.endpoints.insert(endpointRow({ id: `ep_${n}`, tenantId, eventTypes: ['job.*'] }))
    })
    const { job } = await w.submit()
    w.queue.clear()
    await tell(w, job.id, ['job.in_progress', 'job.progress', 'job.progress', 'job.progress'])
    const rows = await w.app.store.deliveries.listForJob(job.id)
    expect(rows).toHaveLength(5_000)
    expect(new Set(w.queue.entries.map(({ dedupe }) => dedupe)).size).toBe(1_000)
  })
})
