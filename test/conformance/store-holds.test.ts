import { expect, test } from 'vitest'
import type { Hold } from '../../src/domain/hold-model.ts'
import type { Store } from '../../src/domain/store.ts'
import { after, insertTurn, jobRow, REQUEST, T0, turnRow } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'
import { upstreamError } from '../support/scripted-openai.ts'

function holdRow(change: Partial<Hold> = {}): Hold {
  return {
    account: 'default',
    model: '',
    reason: 'outage',
    strikes: 3,
    heldUntil: after(30),
    openedAt: T0,
    lastError: upstreamError({ status: 503 }),
    updatedAt: T0,
    ...change,
  }
}

async function put(store: Store, change: Partial<Hold> = {}): Promise<Hold> {
  const hold = holdRow(change)
  await store.holds.change(hold, () => hold)
  return hold
}

describeStores('holds', (here) => {
  test('a model is held back by its own hold and by that of the account, and by no other', async () => {
    const { store } = here()
    const whole = await put(store)
    const own = await put(store, { model: 'gpt-x', reason: 'rate_limited' })
    const other = await put(store, { model: 'gpt-y' })
    const elsewhere = await put(store, { account: 'second' })
    expect(await store.holds.find({ account: 'default', model: 'gpt-x' })).toStrictEqual([whole, own])
    expect(await store.holds.find({ account: 'second', model: 'gpt-x' })).toStrictEqual([elsewhere])
    expect(await store.holds.find({ account: 'third', model: 'gpt-x' })).toEqual([])
    expect(await store.holds.list()).toStrictEqual([whole, own, other, elsewhere])
  })

  test('names that no database can hold, or that are very long, are no fault', async () => {
    const { store } = here()
    await put(store, { model: 'gpt\0\ud800' })
    await put(store, { model: '\u{1f600}'.repeat(100) })
    expect(await store.holds.list()).toHaveLength(2)
    expect(await store.holds.find({ account: 'default', model: 'gpt\0\ud800' })).toHaveLength(1)
  })

  test('a change is made of what is there, one at a time', async () => {
    const { store } = here()
    const first = await store.holds.change(holdRow(), (before) => {
      expect(before).toBeNull()
      return holdRow({ strikes: 1 })
    })
    expect(first).toEqual({ before: null, after: holdRow({ strikes: 1 }) })
    const strike = () => store.holds.change(holdRow(), (before) => holdRow({ strikes: (before?.strikes ?? 0) + 1 }))
    await Promise.all(Array.from({ length: 10 }, strike))
    expect(await store.holds.list()).toMatchObject([{ strikes: 11 }])
  })

  test('of all who find none one finds none', async () => {
    const { store } = here()
    const seen: (Hold | null)[] = []
    await Promise.all(
      Array.from({ length: 5 }, () =>
        store.holds.change(holdRow(), (before) => {
          seen.push(before)
          return holdRow()
        }),
      ),
    )
    expect(seen.filter((before) => before === null)).toHaveLength(1)
  })

  test('a change that fails leaves nothing', async () => {
    const { store } = here()
    const failing = store.holds.change(holdRow(), () => {
      throw new Error('undecided')
    })
    await expect(failing).rejects.toThrow('undecided')
    expect(await store.holds.list()).toEqual([])
  })

  test('a probe is had by one, and only when its time has come', async () => {
    const { store } = here()
    await put(store)
    const take = (now: number) => store.holds.takeProbe(holdRow(), { now: after(now), next: after(now + 120) })
    expect(await take(29)).toBe(false)
    expect((await Promise.all([take(30), take(30), take(30)])).filter(Boolean)).toHaveLength(1)
    expect(await store.holds.list()).toMatchObject([{ heldUntil: after(150), updatedAt: T0 }])
    expect(await take(149)).toBe(false)
    expect(await take(150)).toBe(true)
    await put(store, { strikes: 0 })
    expect(await take(900)).toBe(false)
    expect(await store.holds.takeProbe({ account: 'default', model: 'none' }, { now: after(900), next: after(901) })).toBe(false)
  })

  test('it is ended once, and not by what was sent before it was last struck', async () => {
    const { store } = here()
    await put(store, { updatedAt: after(10) })
    expect(await store.holds.ease(holdRow(), { at: after(20), before: after(9) })).toBe(false)
    expect(await store.holds.ease(holdRow(), { at: after(20), before: after(10) })).toBe(true)
    expect(await store.holds.ease(holdRow(), { at: after(21), before: after(20) })).toBe(false)
    expect(await store.holds.list()).toMatchObject([{ strikes: 0, heldUntil: null, openedAt: null, updatedAt: after(20) }])
  })

  test('one that changed since it was seen is not removed', async () => {
    const { store } = here()
    const hold = await put(store)
    await store.holds.remove({ ...hold, updatedAt: after(1) })
    expect(await store.holds.list()).toHaveLength(1)
    await store.holds.remove(hold)
    expect(await store.holds.list()).toEqual([])
  })
})

describeStores('held turns', (here) => {
  const HELD = { stage: 'held', message: 'not yet', updatedAt: T0.toISOString() }

  async function insertHeld(store: Store, id: string, job: Parameters<typeof jobRow>[0] = {}, turn: Parameters<typeof turnRow>[0] = {}) {
    await store.jobs.insert(jobRow({ id: `job_${id}`, progress: HELD, ...job }), REQUEST)
    await store.turns.insert(turnRow({ id, jobId: `job_${id}`, dueAt: after(1_000), account: job.account ?? 'default', ...turn }))
  }

  const wake = (store: Store, change: Partial<Parameters<Store['turns']['wakeHeld']>[0]> = {}) =>
    store.turns.wakeHeld({ account: 'default', model: '', now: after(10), limit: 100, first: 'urgent', ...change })

  test('are woken by account and by model, once, and nothing else is', async () => {
    const { store } = here()
    await insertHeld(store, 'x')
    await insertHeld(store, 'y', { model: 'gpt-y' })
    await insertHeld(store, 'long', { model: 'm'.repeat(300) })
    await insertHeld(store, 'second', { account: 'second' })
    await insertHeld(store, 'own', { progress: { ...HELD, stage: 'waiting' } })
    await insertHeld(store, 'early', { progress: null })
    await insertHeld(store, 'running', {}, { state: 'running' })
    await insertHeld(store, 'due', {}, { dueAt: after(9) })
    await insertTurn(store, { dueAt: after(1_000) })
    expect(await wake(store, { model: 'gpt-x' })).toEqual(['x'])
    expect(await wake(store, { model: 'm'.repeat(200) })).toEqual(['long'])
    expect(await wake(store)).toEqual(['y'])
    expect(await wake(store)).toEqual([])
    expect(await store.turns.get('y')).toMatchObject({ state: 'ready', dueAt: after(10) })
    expect(await store.turns.get('own')).toMatchObject({ dueAt: after(1_000) })
  })

  test('stay where another hold in force keeps them back', async () => {
    const { store } = here()
    await insertHeld(store, 'x')
    await insertHeld(store, 'y', { model: 'gpt-y' })
    await put(store, { model: 'gpt-x', heldUntil: after(11) })
    await put(store, { model: 'gpt-y', strikes: 0, heldUntil: null })
    expect(await wake(store)).toEqual(['y'])
    await put(store, { model: 'gpt-x', heldUntil: after(10) })
    expect(await wake(store)).toEqual(['x'])
  })

  test('come a few at a time: the most urgent, then the oldest; or the least tried', async () => {
    const { store } = here()
    await insertHeld(store, 'tried', { priority: 9 }, { submitAttempts: 3 })
    await insertHeld(store, 'young', { createdAt: after(5) })
    await insertHeld(store, 'old', { createdAt: after(1) })
    await insertHeld(store, 'low', { priority: -1 })
    expect(await wake(store, { limit: 1, first: 'untried' })).toEqual(['old'])
    expect(await wake(store, { limit: 1 })).toEqual(['tried'])
    expect(await wake(store, { limit: 1 })).toEqual(['young'])
    expect(await wake(store, { limit: 5 })).toEqual(['low'])
  })

  test('are shared by two who wake at once', async () => {
    const { store } = here()
    for (let n = 0; n < 12; n += 1) await insertHeld(store, `t${n}`)
    const woken = (await Promise.all([wake(store, { limit: 6 }), wake(store, { limit: 6 })])).flat()
    expect(new Set(woken).size).toBe(woken.length)
    expect([...woken, ...(await wake(store))]).toHaveLength(12)
  })
})
