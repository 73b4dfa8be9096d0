import { expect, test } from 'vitest'
import type { DeliveryAttempt } from '../../src/domain/callback-model.ts'
import type { ClaimedDelivery } from '../../src/domain/callback-store.ts'
import { after, deliveryRow, insertJob, T0 } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'

function attemptRow(change: Partial<DeliveryAttempt> = {}): DeliveryAttempt {
  return {
    deliveryId: 'dlv_1',
    number: 1,
    startedAt: after(1),
    durationMs: 12.5,
    status: 503,
    outcome: 'status',
    message: null,
    replyHeaders: { 'retry-after': '5' },
    replyBody: 'busy',
    ...change,
  }
}

const LATER = { state: 'pending', dueAt: after(60), finishedAt: null } as const
const DONE = { state: 'delivered', dueAt: null, finishedAt: after(61) } as const

const claimedOf = (claimed: ClaimedDelivery[]) => claimed.map(({ delivery }) => delivery)

describeStores('deliveries', (here) => {
  test('a delivery comes back as it was planned; planned again, it stays as it is', async () => {
    const { store } = here()
    await insertJob(store)
    await store.deliveries.insert([])
    await store.deliveries.insert([deliveryRow()])
    await store.deliveries.insert([deliveryRow({ url: 'https://other.test' }), deliveryRow({ id: 'dlv_2' })])
    expect(await store.deliveries.get('dlv_1')).toStrictEqual(deliveryRow())
    expect(await store.deliveries.get('dlv_2')).toStrictEqual(deliveryRow({ id: 'dlv_2' }))
    expect(await store.deliveries.get('dlv_3')).toBeNull()
  })

  test('a claim is had by one, until it ends, and only while the delivery is pending', async () => {
    const { store } = here()
    await insertJob(store)
    await store.deliveries.insert([deliveryRow(), deliveryRow({ id: 'dlv_2', state: 'delivered' })])
    const claim = async (seconds: number) =>
      claimedOf(
        await store.deliveries.claim(['dlv_1', 'dlv_2'], { now: after(seconds), dueBy: after(seconds), until: after(seconds + 30) }),
      )
    const outcomes = await Promise.all([claim(0), claim(0)])
    expect(outcomes.flat()).toEqual([deliveryRow({ claimedUntil: after(30) })])
    expect(await claim(29)).toEqual([])
    expect(await claim(30)).toHaveLength(1)
  })

  test('an attempt and what it means are recorded together, and the claim is given up', async () => {
    const { store } = here()
    await insertJob(store)
    await store.deliveries.insert([deliveryRow()])
    await store.deliveries.claim(['dlv_1'], { now: T0, dueBy: T0, until: after(30) })
    await store.deliveries.recordAttempt(attemptRow(), LATER)
    expect(await store.deliveries.get('dlv_1')).toStrictEqual(deliveryRow({ attempts: 1, tries: 1, dueAt: after(60) }))
    await store.deliveries.recordAttempt(attemptRow({ number: 2, status: 204, outcome: 'ok' }), DONE)
    expect(await store.deliveries.get('dlv_1')).toStrictEqual(deliveryRow({ ...DONE, attempts: 2, tries: 2 }))
    expect(await store.deliveries.listForJob('job_1')).toStrictEqual([
      {
        delivery: deliveryRow({ ...DONE, attempts: 2, tries: 2 }),
        attempts: [attemptRow(), attemptRow({ number: 2, status: 204, outcome: 'ok' })],
      },
    ])
  })

  test('an attempt that ends after its delivery was ended is kept, and changes nothing else', async () => {
    const { store } = here()
    await insertJob(store, { callbackUrl: deliveryRow().url })
    await store.deliveries.insert([deliveryRow()])
    await store.deliveries.failPendingForJob('job_1', after(5))
    await store.deliveries.recordAttempt(attemptRow(), LATER)
    const [listed] = await store.deliveries.listForJob('job_1')
    expect(listed).toStrictEqual({
      delivery: deliveryRow({ state: 'failed', finishedAt: after(5), dueAt: null, endReason: 'gone' }),
      attempts: [attemptRow()],
    })
  })

  test("ending a job's deliveries leaves those that are done, those elsewhere and other jobs'", async () => {
    const { store } = here()
    await insertJob(store, { callbackUrl: deliveryRow().url })
    await insertJob(store, { id: 'job_2', callbackUrl: deliveryRow().url })
    await store.deliveries.insert([
      deliveryRow(),
      deliveryRow({ id: 'dlv_done', state: 'delivered' }),
      deliveryRow({ id: 'dlv_elsewhere', url: 'https://endpoint.test' }),
      deliveryRow({ id: 'dlv_other', jobId: 'job_2' }),
    ])
    await store.deliveries.failPendingForJob('job_1', after(5))
    const states = await Promise.all(
      ['dlv_1', 'dlv_done', 'dlv_elsewhere', 'dlv_other'].map(async (id) => (await store.deliveries.get(id))?.state),
    )
    expect(states).toEqual(['failed', 'delivered', 'pending', 'pending'])
  })

  test('what is due is taken once, oldest first, and not while it is held or done', async () => {
    const { store } = here()
    await insertJob(store)
    await store.deliveries.insert([
      deliveryRow({ id: 'dlv_1', dueAt: after(2), targetId: 'b.test' }),
      deliveryRow({ id: 'dlv_2', dueAt: after(1) }),
      deliveryRow({ id: 'dlv_held', claimedUntil: after(9) }),
      deliveryRow({ id: 'dlv_done', state: 'failed' }),
      deliveryRow({ id: 'dlv_future', dueAt: after(9) }),
    ])
    const take = (limit: number) => store.deliveries.takeDue({ now: after(3), nextDue: after(60), limit })
    expect(await take(1)).toEqual(['dlv_2'])
    expect(await take(10)).toEqual(['dlv_1'])
    expect(await take(10)).toEqual([])
  })

  test('a job without deliveries lists none', async () => {
    expect(await here().store.deliveries.listForJob('job_1')).toEqual([])
  })
})
