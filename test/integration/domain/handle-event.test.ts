import { expect, test } from 'vitest'
import { inboxEntry, receiveEvents } from '../../../src/domain/receive-event.ts'
import { sweep } from '../../../src/domain/sweep.ts'
import type { InboxEntry } from '../../../src/domain/model.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { found, upstreamError } from '../../support/scripted-openai.ts'

const world = eachWorld()
let webhooks = 0

async function receive(w: World, body: unknown, webhookId = `wh_${(webhooks += 1)}`): Promise<InboxEntry> {
  const rawBody = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const entry = inboxEntry(w.app, { account: 'default', webhookId, sentAt: w.clock.now(), rawBody })
  await receiveEvents(w.app, [entry])
  return entry
}

const event = (id: unknown, type = 'response.completed'): unknown => ({ id: 'evt_1', object: 'event', type, created_at: 1, data: { id } })

async function outcomeOf(w: World, { id }: InboxEntry): Promise<string | null> {
  return (await w.app.store.inbox.get(id))?.outcome ?? null
}

const missing = { outcome: 'missing', error: upstreamError({ status: 404 }) } as const
const ambiguous = { outcome: 'ambiguous', error: upstreamError() } as const

test('an event for a known response makes its turn due at once', async () => {
  const w = world()
  const { job, turn, responseId } = await w.started()
  const entry = await receive(w, event(responseId))
  expect(w.queue.last()).toMatchObject({ name: 'handle-event', payload: { inboxId: entry.id } })
  w.clock.advance(1)
  expect(await w.run('handle-event', { inboxId: entry.id })).toBe('handled')
  expect(await w.turn(job.id)).toMatchObject({ dueAt: w.clock.now(), hintedAt: w.clock.now() })
  expect(w.queue.last()).toMatchObject({ name: 'collect-turn', payload: { turnId: turn.id } })
  expect(w.openai.retrieved).toEqual([])
  expect(await w.run('handle-event', { inboxId: entry.id })).toBe('nothing_to_do')
})

test('a webhook that came twice is one row and queues nothing the second time', async () => {
  const w = world()
  await receive(w, event('resp_1'), 'wh_same')
  w.queue.clear()
  await receive(w, event('resp_1'), 'wh_same')
  expect(w.queue.entries).toEqual([])
  expect(await w.app.store.inbox.list({ limit: 10, before: null })).toHaveLength(1)
})

test('an event that is quicker than the answer of the create is looked up again and then known', async () => {
  const w = world()
  const entry = await receive(w, event('resp_1'))
  expect(await w.run('handle-event', { inboxId: entry.id })).toBe('postponed')
  expect(w.queue.last()).toMatchObject({ name: 'handle-event', delayMs: 1_000 })
  expect(w.openai.retrieved).toEqual([])
  const { job } = await w.started()
  w.clock.advance(1)
  expect(await w.run('handle-event', { inboxId: entry.id })).toBe('handled')
  expect((await w.turn(job.id)).hintedAt).toEqual(w.clock.now())
})

test('an event whose response is not ours is foreign, and OpenAI is asked once', async () => {
  const w = world()
  w.openai.onRetrieve = async (id) => found({ id, status: 'completed', metadata: { longhaul_job: 'job_of_somebody_else' } })
  const entry = await receive(w, event('resp_x'))
  await w.run('handle-event', { inboxId: entry.id })
  expect(await w.run('handle-event', { inboxId: entry.id })).toBe('foreign')
  expect(w.openai.retrieved).toEqual(['resp_x'])
  expect(await outcomeOf(w, entry)).toBe('foreign')
})

test("OpenAI's test event, whose response never was, ends as gone within the quarter of an hour", async () => {
  const w = world()
  w.openai.onRetrieve = async () => missing
  const entry = await receive(w, event('resp_abc123'))
  let waited = 0
  while ((await w.run('handle-event', { inboxId: entry.id })) === 'postponed') {
    const delay = (w.queue.last().delayMs ?? 0) / 1000
    waited += delay
    w.clock.advance(delay)
  }
  expect(await outcomeOf(w, entry)).toBe('gone')
  expect(waited).toBe(756)
})

test('an event that nobody can be asked about is tried for a day, and then let go', async () => {
  const w = world()
  w.openai.onRetrieve = async () => ({ outcome: 'refused', error: upstreamError({ status: 401 }) })
  const entry = await receive(w, event('resp_x'))
  let looks = 1
  while ((await w.run('handle-event', { inboxId: entry.id })) === 'postponed') looks += 1
  expect(looks).toBe(151)
  expect(await outcomeOf(w, entry)).toBe('gone')
})

test.each(['submitting', 'unconfirmed', 'ready'] as const)(
  'a lost create is adopted by its webhook while its turn is %s',
  async (state) => {
    const w = world()
    const { job, turn } = await w.submit()
    w.openai.onCreate = async () => ambiguous
    await w.run('submit-job', { turnId: turn.id })
    await w.app.store.turns.update(turn.id, { from: ['unconfirmed'], set: { state } })
    w.openai.onRetrieve = async (id) => found({ id, status: 'completed', model: 'snap', metadata: { longhaul_job: job.id } })
    const entry = await receive(w, event('resp_lost'))
    await w.run('handle-event', { inboxId: entry.id })
    expect(await w.run('handle-event', { inboxId: entry.id })).toBe('adopted')
    expect(await w.turn(job.id)).toMatchObject({ state: 'running', responseId: 'resp_lost', model: 'snap', dueAt: w.clock.now() })
    expect(await w.job(job.id)).toMatchObject({ responseId: 'resp_lost' })
    expect(await outcomeOf(w, entry)).toBe('handled')
    expect(w.queue.last()).toMatchObject({ name: 'collect-turn' })
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('nothing_to_do')
    expect(await w.eventTypes(job.id)).toEqual(['job.queued', 'job.submitted'])
  },
)

test("an adoption that is quicker than the create's own answer is told once", async () => {
  const w = world()
  const { job, turn } = await w.submit()
  w.openai.onRetrieve = async (id) => found({ id, status: 'completed', metadata: { longhaul_job: job.id } })
  const entry = await receive(w, event('resp_1'))
  w.openai.onCreate = async () => {
    await w.run('handle-event', { inboxId: entry.id })
    expect(await w.run('handle-event', { inboxId: entry.id })).toBe('adopted')
    return { outcome: 'created', response: { id: 'resp_1', status: 'queued', model: null } }
  }
  expect(await w.run('submit-job', { turnId: turn.id })).toBe('created')
  expect(await w.eventTypes(job.id)).toEqual(['job.queued', 'job.submitted'])
  expect(await w.turn(job.id)).toMatchObject({ state: 'running', responseId: 'resp_1' })
})

test('two webhooks of one lost response adopt it once', async () => {
  const w = world()
  const { job, turn } = await w.submit()
  w.openai.onCreate = async () => ambiguous
  await w.run('submit-job', { turnId: turn.id })
  w.openai.onRetrieve = async (id) => found({ id, status: 'completed', metadata: { longhaul_job: job.id } })
  const entries = [await receive(w, event('resp_1')), await receive(w, event('resp_1'))]
  for (const { id } of entries) await w.run('handle-event', { inboxId: id })
  const outcomes = await Promise.all(entries.map(({ id }) => w.run('handle-event', { inboxId: id })))
  expect(outcomes.toSorted()).toEqual(['adopted', 'handled'])
  expect(await w.eventTypes(job.id)).toEqual(['job.queued', 'job.submitted'])
})

test('a second response of a job that has one already stays stray', async () => {
  const w = world()
  const { job } = await w.started()
  w.openai.onRetrieve = async (id) => found({ id, status: 'completed', metadata: { longhaul_job: job.id } })
  const entry = await receive(w, event('resp_stray'))
  await w.run('handle-event', { inboxId: entry.id })
  expect(await w.run('handle-event', { inboxId: entry.id })).toBe('foreign')
  expect(await w.turn(job.id)).toMatchObject({ responseId: 'resp_1' })
  expect(w.told).toContainEqual(expect.objectContaining({ message: 'event.stray_response' }))
})

test('an event for a finished turn changes nothing', async () => {
  const w = world()
  const { job, turn, responseId } = await w.started()
  await w.app.store.turns.update(turn.id, { from: ['running'], set: { state: 'done' } })
  const before = await w.turn(job.id)
  const entry = await receive(w, event(responseId, 'response.cancelled'))
  w.queue.clear()
  expect(await w.run('handle-event', { inboxId: entry.id })).toBe('handled')
  expect(await w.turn(job.id)).toEqual(before)
  expect(w.queue.entries).toEqual([])
})

test.each([event('batch_1', 'batch.completed'), event('resp_1', 'video.completed'), {}, { type: 7, data: [] }, event({ a: 1 }), event('')])(
  'an event that says nothing of a response is ignored: %j',
  async (body) => {
    const w = world()
    const entry = await receive(w, body)
    expect(await w.run('handle-event', { inboxId: entry.id })).toBe('ignored')
    expect(w.openai.retrieved).toEqual([])
  },
)

test.each(['not json', '[]', '"text"', 'null', '', '7'])('a signed body that is no event is kept and set aside: %j', async (body) => {
  const w = world()
  const entry = await receive(w, body)
  expect(w.queue.entries).toEqual([])
  expect(await w.app.store.inbox.get(entry.id)).toMatchObject({ body, outcome: 'quarantined', dueAt: null, handledAt: w.clock.now() })
})

test('bytes and ids that a database cannot hold spoil neither their own row nor those beside it', async () => {
  const w = world()
  const at = { account: 'default', sentAt: w.clock.now() }
  const odd = Buffer.concat([
    Buffer.from('{"type":"response.completed","data":{"id":"resp_\\u0000\\ud800"},"x":"'),
    Buffer.from([0, 0xff, 0xfe]),
    Buffer.from('"}'),
  ])
  const entries = [
    inboxEntry(w.app, { ...at, webhookId: 'wh_odd', rawBody: odd }),
    inboxEntry(w.app, { ...at, webhookId: 'wh_odd2', rawBody: Buffer.from(JSON.stringify(event('resp_\u0000'))) }),
    inboxEntry(w.app, { ...at, webhookId: 'wh_fine', rawBody: Buffer.from(JSON.stringify(event('resp_1'))) }),
  ]
  await receiveEvents(w.app, entries)
  expect(await w.app.store.inbox.list({ limit: 10, before: null })).toHaveLength(3)
})

test('a receiver whose queue is away still keeps the event, and the sweep finds it', async () => {
  const w = world()
  w.queue.away = true
  const entry = await receive(w, event('resp_1'))
  w.queue.away = false
  w.clock.advance(6)
  expect(await sweep(w.app)).toEqual({ found: 1 })
  expect(w.queue.last()).toMatchObject({ name: 'handle-event', payload: { inboxId: entry.id } })
})

test('a response adopted for a job that was cancelled meanwhile is stopped, and the job stays cancelled', async () => {
  const w = world()
  const { job, turn } = await w.submit()
  w.openai.onCreate = async () => ambiguous
  await w.run('submit-job', { turnId: turn.id })
  await w.app.store.jobs.requestCancel(job.id, w.clock.now())
  expect(await w.run('cancel-job', { jobId: job.id })).toBe('ended')
  w.openai.onRetrieve = async (id) => found({ id, status: 'in_progress', metadata: { longhaul_job: job.id } })
  const entry = await receive(w, event('resp_1'))
  await w.run('handle-event', { inboxId: entry.id })
  expect(await w.run('handle-event', { inboxId: entry.id })).toBe('adopted')
  expect(await w.run('collect-turn', { turnId: turn.id })).toBe('nothing_to_do')
  expect(w.openai.cancelled).toEqual(['resp_1'])
  expect(await w.job(job.id)).toMatchObject({ status: 'cancelled' })
  expect(await w.turn(job.id)).toMatchObject({ state: 'done' })
  expect(await w.eventTypes(job.id)).toEqual(['job.queued', 'job.cancelled'])
})
