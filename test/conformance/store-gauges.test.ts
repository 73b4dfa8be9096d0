import { expect, test } from 'vitest'
import type { HoldReason } from '../../src/domain/hold-model.ts'
import { after, deliveryRow, inboxRow, insertJob, insertTurn, T0 } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'

const NOW = after(100)

describeStores('gauges', (here) => {
  test('open jobs are counted by status, with the time since the oldest that waits for no user and no clock', async () => {
    const { store } = here()
    expect(await store.gauges.openJobs(NOW)).toEqual({ counts: [], since: null })
    await insertJob(store, { id: 'job_1', status: 'requires_action', createdAt: after(1) })
    await insertJob(store, { id: 'job_2', status: 'completed', createdAt: after(2) })
    await insertJob(store, { id: 'job_3', createdAt: after(3), startAfter: after(50) })
    await insertJob(store, { id: 'job_4', createdAt: after(4), startAfter: after(500) })
    const { counts, since } = await store.gauges.openJobs(NOW)
    expect(Object.fromEntries(counts.map(({ status, count }) => [status, count]))).toEqual({ requires_action: 1, queued: 2 })
    expect(since).toEqual(after(50))
    await insertJob(store, { id: 'job_5', status: 'in_progress', createdAt: after(5) })
    expect((await store.gauges.openJobs(NOW)).since).toEqual(after(5))
  })

  test('work is owed since the oldest step that is due, open and held by nobody', async () => {
    const { store } = here()
    const owed = async () => Promise.all((['turns', 'inbox', 'deliveries'] as const).map((work) => store.gauges.owedSince(work, NOW)))
    await insertTurn(store, { dueAt: after(101) })
    await store.inbox.insert([inboxRow({ dueAt: null, handledAt: T0, outcome: 'handled' })])
    await store.deliveries.insert([deliveryRow({ state: 'delivered' })])
    expect(await owed()).toEqual([null, null, null])

    await insertTurn(store, { id: 'turn_2', number: 2, dueAt: after(10), claimedUntil: after(200) })
    await insertTurn(store, { id: 'turn_3', number: 3, dueAt: after(20), claimedUntil: after(99) })
    await insertTurn(store, { id: 'turn_4', number: 4, dueAt: after(5), state: 'done' })
    await store.inbox.insert([inboxRow({ id: 'inb_2', webhookId: 'wh_2', dueAt: after(30) })])
    await store.deliveries.insert([
      deliveryRow({ id: 'dlv_2', dueAt: after(40) }),
      deliveryRow({ id: 'dlv_3', dueAt: after(39), claimedUntil: after(200) }),
    ])
    expect(await owed()).toEqual([after(20), after(30), after(40)])
  })

  test('holds are counted by reason while they last', async () => {
    const { store } = here()
    const hold = (model: string, reason: HoldReason, heldUntil: Date | null) =>
      store.holds.change({ account: 'gauged', model }, () => ({
        account: 'gauged',
        model,
        reason,
        heldUntil,
        strikes: 1,
        openedAt: heldUntil,
        lastError: null,
        updatedAt: T0,
      }))
    await hold('a', 'rate_limited', after(101))
    await hold('b', 'rate_limited', after(500))
    await hold('c', 'outage', after(99))
    await hold('d', 'quota_exhausted', null)
    expect(await store.gauges.holds(NOW)).toEqual([{ reason: 'rate_limited', count: 2 }])
  })
})
