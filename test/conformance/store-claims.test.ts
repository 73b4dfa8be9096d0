import { expect, test } from 'vitest'
import type { Delivery } from '../../src/domain/callback-model.ts'
import { after, deliveryRow, endpointRow, insertJob, T0, tenantRow } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'
import type { TestStore } from '../support/database-stores.ts'

const ALL = ['dlv_1', 'dlv_2', 'dlv_3']

async function claim({ store }: TestStore, { ids = ALL, at = T0 }: { ids?: string[]; at?: Date } = {}): Promise<string[]> {
  const claimed = await store.deliveries.claim(ids, { now: at, dueBy: at, until: after(30) })
  return claimed.map(({ delivery }) => delivery.id).toSorted()
}

async function plan({ store }: TestStore, ...deliveries: Partial<Delivery>[]): Promise<void> {
  await insertJob(store)
  await store.deliveries.insert(deliveries.map((one, index) => deliveryRow({ id: `dlv_${index + 1}`, eventSeq: index + 1, ...one })))
}

const attempt = (deliveryId: string, number = 1) => ({
  deliveryId,
  number,
  startedAt: T0,
  durationMs: 5,
  status: 500,
  outcome: 'status',
  message: null,
  replyHeaders: {},
  replyBody: '',
})
const AGAIN = { state: 'pending', dueAt: after(60), finishedAt: null } as const
const DONE = { state: 'delivered', dueAt: null, finishedAt: T0 } as const

describeStores('claims of deliveries', (here) => {
  test('bring along the endpoint, or the tenant, and how the target behaves', async () => {
    const { store } = here()
    await store.tenants.insert(tenantRow())
    await store.endpoints.insert(endpointRow())
    await store.targets.put({ id: 'ep_1', tenantId: 'ten_1', failingSince: T0, updatedAt: T0 })
    await plan(here(), {}, { endpointId: 'ep_1', targetId: 'ep_1' }, { endpointId: 'ep_gone', targetId: 'ep_gone' })
    const claimed = await store.deliveries.claim(ALL, { now: T0, dueBy: T0, until: after(30) })
    const found = new Map(claimed.map(({ delivery, ...rest }) => [delivery.id, rest]))
    expect(found.get('dlv_1')).toStrictEqual({ endpoint: null, tenant: tenantRow(), target: null })
    expect(found.get('dlv_2')).toStrictEqual({
      endpoint: endpointRow(),
      tenant: null,
      target: { id: 'ep_1', tenantId: 'ten_1', failingSince: T0, heldUntil: null, nextSlotAt: null, updatedAt: T0 },
    })
    expect(found.get('dlv_3')).toStrictEqual({ endpoint: null, tenant: null, target: null })
  })

  test('are of what is due and of targets that are not held back', async () => {
    const { store } = here()
    await plan(here(), { targetId: 'a' }, { targetId: 'b', dueAt: after(5) }, { targetId: 'c' })
    await store.targets.put({ id: 'c', tenantId: 'ten_1', heldUntil: after(3), updatedAt: T0 })
    expect(await claim(here())).toEqual(['dlv_1'])
    expect(await claim(here(), { at: after(3) })).toEqual(['dlv_3'])
    expect(await claim(here(), { at: after(5) })).toEqual(['dlv_2'])
  })

  test('go by the order of the events, until one is stuck; other jobs and other targets have an order of their own', async () => {
    const { store } = here()
    await plan(here(), {}, {}, { targetId: 'elsewhere' })
    expect(await claim(here())).toEqual(['dlv_1', 'dlv_3'])
    expect(await claim(here())).toEqual([])
    expect(await store.deliveries.recordAttempts([{ attempt: attempt('dlv_1'), next: AGAIN }])).toEqual([{ id: 'dlv_1', nextId: 'dlv_2' }])
    expect(await claim(here())).toEqual(['dlv_2'])
  })

  test('of one that is put off are given up, with no attempt counted', async () => {
    const { store } = here()
    await plan(here(), {})
    await claim(here())
    await store.deliveries.putOff(['dlv_1'], { dueAt: after(7) })
    expect(await store.deliveries.get('dlv_1')).toMatchObject({ dueAt: after(7), claimedUntil: null, attempts: 0, tries: 0 })
    expect(await claim(here(), { at: after(6) })).toEqual([])
    expect(await claim(here(), { at: after(7) })).toEqual(['dlv_1'])
  })

  test('attempts are recorded together, each for its own, and those of what is gone are left', async () => {
    const { store } = here()
    await plan(here(), {}, { targetId: 'b' }, { targetId: 'c', state: 'failed', dueAt: null })
    const made = [
      { attempt: attempt('dlv_1'), next: { ...DONE, url: 'https://moved.test/hook' } },
      { attempt: attempt('dlv_2'), next: AGAIN },
      { attempt: { ...attempt('dlv_3'), replyBody: 'nul \0', replyHeaders: { a: '\ud800' } }, next: DONE },
      { attempt: attempt('dlv_gone'), next: DONE },
    ]
    const written = await store.deliveries.recordAttempts(made)
    expect(new Set(written.map(({ id }) => id))).toEqual(new Set(['dlv_1', 'dlv_2', 'dlv_3', 'dlv_gone']))
    expect(await store.deliveries.get('dlv_1')).toMatchObject({ state: 'delivered', tries: 1, url: 'https://moved.test/hook' })
    expect(await store.deliveries.get('dlv_2')).toMatchObject({ state: 'pending', tries: 1, attempts: 1, dueAt: after(60) })
    expect(await store.deliveries.get('dlv_3')).toMatchObject({ state: 'failed', attempts: 0 })
    expect(await store.deliveries.listAttempts('dlv_3')).toEqual([
      expect.objectContaining({ replyBody: 'nul \uFFFD', replyHeaders: { a: '\uFFFD' } }),
    ])
    expect(await store.deliveries.listAttempts('dlv_gone')).toEqual([])
  })

  test('what is late is named by target: nothing of one held back, one of one that fails, a part of the others', async () => {
    const { store } = here()
    await insertJob(store)
    const rows = ['held', 'failing', 'fine'].flatMap((targetId) =>
      Array.from({ length: 3 }, (_, index) => deliveryRow({ id: `dlv_${targetId}_${index}`, targetId, dueAt: after(index) })),
    )
    await store.deliveries.insert(rows)
    await store.targets.put({ id: 'held', tenantId: 'ten_1', heldUntil: after(100), updatedAt: T0 })
    await store.targets.put({ id: 'failing', tenantId: 'ten_1', failingSince: T0, updatedAt: T0 })
    const take = (limit: number) => store.deliveries.takeDue({ now: after(50), nextDue: after(110), limit })
    expect((await take(10)).toSorted()).toEqual(['dlv_failing_0', 'dlv_fine_0', 'dlv_fine_1', 'dlv_fine_2'])
    expect(await take(10)).toEqual(['dlv_failing_1'])
    expect(await store.deliveries.listDue('held', { now: after(50), limit: 10 })).toEqual([])
    expect(await store.deliveries.listDue('held', { now: after(101), limit: 2 })).toEqual(['dlv_held_0', 'dlv_held_1'])
  })

  test('what an older version planned names no target, and is held back by nothing', async () => {
    const { store } = here()
    await plan(here(), { targetId: '' })
    await store.targets.put({ id: '', tenantId: 'ten_1', failingSince: T0, heldUntil: after(100), updatedAt: T0 })
    expect(await store.deliveries.listDue('', { now: T0, limit: 10 })).toEqual(['dlv_1'])
    expect(await store.deliveries.takeDue({ now: T0, nextDue: T0, limit: 10 })).toEqual(['dlv_1'])
    expect(await claim(here())).toEqual(['dlv_1'])
  })

  test('the target of what is pending is told for many at once', async () => {
    const { store } = here()
    await plan(here(), { targetId: 'a' }, { targetId: 'b' }, { state: 'delivered' })
    const found = await store.deliveries.targetsOf([...ALL, 'dlv_never'])
    expect(new Map(found.map(({ id, targetId }) => [id, targetId]))).toEqual(
      new Map([
        ['dlv_1', 'a'],
        ['dlv_2', 'b'],
      ]),
    )
  })
})

describeStores('targets', (here) => {
  const target = { id: 'ep_1', tenantId: 'ten_1' }

  test('fail since their first failure, and a hold is never made shorter', async () => {
    const { targets } = here().store
    expect(await targets.failed(target, { at: T0, heldUntil: null })).toMatchObject({ failingSince: T0, heldUntil: null })
    expect(await targets.failed(target, { at: after(5), heldUntil: after(60) })).toMatchObject({ failingSince: T0, heldUntil: after(60) })
    expect(await targets.failed(target, { at: after(6), heldUntil: after(10) })).toMatchObject({ heldUntil: after(60) })
    expect(await targets.failed(target, { at: after(7), heldUntil: null })).toMatchObject({ heldUntil: after(60), updatedAt: after(7) })
  })

  test('recover by a success; their hold ends by one that began after it', async () => {
    const { targets } = here().store
    await targets.failed(target, { at: after(5), heldUntil: after(60) })
    await targets.recovered('ep_1', { startedAt: T0 })
    expect(await targets.get('ep_1')).toMatchObject({ failingSince: null, heldUntil: after(60) })
    await targets.recovered('ep_1', { startedAt: after(6) })
    expect(await targets.get('ep_1')).toMatchObject({ heldUntil: null })
  })

  test('nothing was told of for long are forgotten, so many at a time, but for those that something needs', async () => {
    const { store } = here()
    await plan(here(), { targetId: 'host_pending' }, { targetId: 'host_old', state: 'delivered', dueAt: null })
    await store.endpoints.insert(endpointRow())
    const ids = ['ep_1', 'ep_gone', 'host_new', 'host_old', 'host_pending']
    for (const id of ids) await store.targets.put({ id, tenantId: 'ten_1', updatedAt: id === 'host_new' ? after(10) : T0 })
    const purge = () => store.targets.purge({ before: after(10), limit: 1 })
    expect([await purge(), await purge(), await purge()]).toEqual([1, 1, 0])
    const left = await Promise.all(ids.map(async (id) => ((await store.targets.get(id)) === null ? [] : [id])))
    expect(left.flat()).toEqual(['ep_1', 'host_new', 'host_pending'])
  })

  test('give each moment of their rate to one, whoever asks at once, and none too far ahead', async () => {
    const { targets } = here().store
    const take = (at = T0) => targets.takeSlot(target, { now: at, latest: new Date(at.getTime() + 1_000), spacingMs: 250 })
    const taken = await Promise.all(Array.from({ length: 8 }, () => take()))
    const offsets = taken.map((slot) => (slot === null ? null : slot.getTime() - T0.getTime()))
    expect(offsets.filter((offset) => offset !== null).toSorted((a, b) => a - b)).toEqual([0, 250, 500, 750, 1_000])
    expect(offsets.filter((offset) => offset === null)).toHaveLength(3)
    expect(await take(after(60))).toEqual(after(60))
  })
})
