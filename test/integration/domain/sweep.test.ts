import { expect, test } from 'vitest'
import type { TurnState } from '../../../src/domain/model.ts'
import { inboxEntry, receiveEvents } from '../../../src/domain/receive-event.ts'
import { prune } from '../../../src/domain/prune.ts'
import { sweep } from '../../../src/domain/sweep.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { inboxRow } from '../../support/database-rows.ts'

const world = eachWorld()

/** What a sweep names, as `name id`. */
async function found(w: World): Promise<string[]> {
  w.queue.clear()
  const { found: count } = await sweep(w.app)
  expect(w.queue.entries).toHaveLength(count)
  return w.queue.entries.map(({ name, payload }) => `${name} ${Object.values(payload)[0]}`)
}

test('nothing is found when all is well', async () => {
  const w = world()
  await w.submit({ startAfter: new Date(w.clock.now().getTime() + 60_000), callbackUrl: 'https://a.test', deadlineSeconds: 600 })
  await w.started()
  await w.submit()
  expect(await found(w)).toEqual([])
})

test.each([
  ['ready', 'submit-job'],
  ['submitting', 'submit-job'],
  ['unconfirmed', 'submit-job'],
  ['running', 'collect-turn'],
] as [TurnState, string][])('a %s turn whose entry was lost is found, and not again within the minute', async (state, name) => {
  const w = world()
  const { turn } = await w.submit()
  await w.app.store.turns.update(turn.id, { from: ['ready'], set: { state } })
  w.clock.advance(4)
  expect(await found(w)).toEqual([])
  w.clock.advance(2)
  expect(await found(w)).toEqual([`${name} ${turn.id}`])
  w.clock.advance(55)
  expect(await found(w)).toEqual([])
  w.clock.advance(15)
  expect(await found(w)).toEqual([`${name} ${turn.id}`])
})

test('a turn that is done, or that somebody holds, is not found', async () => {
  const w = world()
  const { turn: done } = await w.submit()
  await w.app.store.turns.update(done.id, { from: ['ready'], set: { state: 'done' } })
  const { turn: held } = await w.submit()
  const until = new Date(w.clock.now().getTime() + 600_000)
  await w.app.store.turns.claim(held.id, { states: ['ready'], now: w.clock.now(), until })
  w.clock.advance(300)
  expect(await found(w)).toEqual([])
})

test('an event and a callback whose entries were lost are found once', async () => {
  const w = world()
  const rawBody = Buffer.from('{"type":"response.completed","data":{"id":"resp_1"}}')
  const entry = inboxEntry(w.app, { account: 'default', webhookId: 'wh_1', sentAt: w.clock.now(), rawBody })
  await receiveEvents(w.app, [entry])
  const { job } = await w.submit({
    callbackUrl: 'https://a.test',
    callbackEvents: ['job.queued'],
    startAfter: new Date(w.clock.now().getTime() + 1e6),
  })
  const [planned] = await w.app.store.deliveries.listForJob(job.id)
  w.clock.advance(6)
  expect(await found(w)).toEqual([`handle-event ${entry.id}`, `deliver ${planned?.delivery.id}`])
  w.clock.advance(50)
  expect(await found(w)).toEqual([])
})

test('a cancel, a deadline and a purge whose entries were lost are found', async () => {
  const w = world()
  const { job: cancelled } = await w.started()
  const { job: late } = await w.started({ deadlineSeconds: 5 })
  const { job: deleted } = await w.submit()
  await w.app.store.jobs.update(deleted.id, { from: ['queued'], set: { status: 'failed' } })
  await w.app.store.jobs.requestCancel(cancelled.id, w.clock.now())
  await w.app.store.jobs.markDeleted(deleted.id, { at: w.clock.now(), upstream: false })
  w.clock.advance(6)
  const names = await found(w)
  expect(names).toContain(`cancel-job ${cancelled.id}`)
  expect(names).toContain(`cancel-job ${late.id}`)
  w.clock.advance(61)
  expect(await found(w)).toContain(`purge-job ${deleted.id}`)
})

test('rows are found although the queue is away, and again when it is back', async () => {
  const w = world()
  const { turn } = await w.submit()
  w.clock.advance(6)
  w.queue.away = true
  await sweep(w.app)
  w.queue.away = false
  w.clock.advance(66)
  expect(await found(w)).toEqual([`submit-job ${turn.id}`])
})

test('two sweeps at once name a row once', async () => {
  const w = world()
  await w.submit()
  w.queue.clear()
  w.clock.advance(6)
  const counts = await Promise.all([sweep(w.app), sweep(w.app)])
  expect(counts.reduce((sum, count) => sum + count.found, 0)).toBe(1)
})

test('pruning goes on until nothing old is left, and leaves what is young or not handled', async () => {
  const w = world()
  const sizes: number[] = []
  const purge = async (): Promise<number> => {
    sizes.push(sizes.length)
    return sizes.length < 4 ? 1_000 : 17
  }
  const { store } = w.app
  w.app.store = { ...store, inbox: { ...store.inbox, purge } }
  await prune(w.app)
  expect(sizes).toHaveLength(4)

  w.app.store = store
  const at = w.clock.now()
  await store.inbox.insert([
    inboxRow({ id: 'inb_1', webhookId: 'a', receivedAt: at, dueAt: null, handledAt: at, outcome: 'handled' }),
    inboxRow({ id: 'inb_2', webhookId: 'b', receivedAt: at, dueAt: at }),
  ])
  w.clock.advance(29 * 86_400)
  await prune(w.app)
  expect(await store.inbox.list({ limit: 10, before: null })).toHaveLength(2)
  w.clock.advance(2 * 86_400)
  await prune(w.app)
  expect((await store.inbox.list({ limit: 10, before: null })).map(({ id }) => id)).toEqual(['inb_2'])
})
