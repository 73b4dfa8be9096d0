import { describe, expect, test } from 'vitest'
import type { Job, JsonObject, Turn } from '../../../src/domain/model.ts'
import type { RetrieveOutcome } from '../../../src/domain/ports.ts'
import { inboxEntry, receiveEvents } from '../../../src/domain/receive-event.ts'
import { sweep } from '../../../src/domain/sweep.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { found, message, upstreamError } from '../../support/scripted-openai.ts'

const world = eachWorld()
const DEADLINE = 60

type Made = { job: Job; turn: Turn }
type Wish = { deadlineSeconds: number | null }

const ambiguous = async () => ({ outcome: 'ambiguous' as const, error: upstreamError() })

/** A job in each state that a cancel or a deadline may find it in. */
const STATES: Record<string, (w: World, wish: Wish) => Promise<Made>> = {
  'not sent yet': (w, wish) => w.submit(wish),
  'waiting for its start': (w, wish) => w.submit({ ...wish, startAfter: new Date(w.clock.now().getTime() + 30_000) }),
  unconfirmed: async (w, wish) => {
    const { job, turn } = await w.submit(wish)
    w.openai.onCreate = ambiguous
    await w.run('submit-job', { turnId: turn.id })
    return { job, turn: await w.turn(job.id) }
  },
  'waiting for an action': async (w, wish) => {
    const { job, turn } = await w.started(wish)
    w.openai.onRetrieve = async (id) => found({ id, status: 'completed', output: [{ type: 'function_call', call_id: 'c' }] })
    await w.run('collect-turn', { turnId: turn.id })
    return { job, turn }
  },
}

async function cancel(w: World, job: Job): Promise<string> {
  await w.app.store.jobs.requestCancel(job.id, w.clock.now())
  return w.run('cancel-job', { jobId: job.id })
}

/** Lets the deadline come, and runs what the sweep then names for the job. */
async function deadline(w: World, job: Job): Promise<string> {
  w.clock.advance((w.secondsTo((await w.job(job.id)).deadlineAt) ?? 0) + 6)
  w.queue.clear()
  await sweep(w.app)
  expect(w.queue.entries).toContainEqual(expect.objectContaining({ name: 'cancel-job', payload: { jobId: job.id } }))
  return w.run('cancel-job', { jobId: job.id })
}

const CANCELLED = { status: 'cancelled', error: null }
const TOO_LATE = { status: 'failed', error: { code: 'deadline_exceeded' } }
const EVENTS = [
  ['cancelled', cancel, { deadlineSeconds: null }, CANCELLED],
  ['overtaken by its deadline', deadline, { deadlineSeconds: DEADLINE }, TOO_LATE],
] as const

for (const [name, make] of Object.entries(STATES)) {
  test.each(EVENTS)(`a job that is ${name} and is %s ends here, once, and nothing more is sent`, async (_, event, wish, ended) => {
    const w = world()
    const { job } = await make(w, wish)
    const created = w.openai.created.length
    expect(await event(w, job)).toBe('ended')
    const before = await w.job(job.id)
    expect(before).toMatchObject(ended)
    const types = await w.eventTypes(job.id)
    expect(types.filter((type) => type === `job.${ended.status}`)).toHaveLength(1)

    w.clock.advance(30)
    await everyEntryAgain(w, job)
    expect(await w.job(job.id)).toEqual(before)
    expect(await w.eventTypes(job.id)).toEqual(types)
    expect(w.openai.created).toHaveLength(created)
  })
}

/** What the queue may still remember of a job, in any order. */
async function everyEntryAgain(w: World, job: Job): Promise<void> {
  const { id: turnId } = await w.turn(job.id)
  await w.run('cancel-job', { jobId: job.id })
  await w.run('submit-job', { turnId })
  await w.run('collect-turn', { turnId })
}

/** A create whose answer is held back, so that things can happen while it is under way. */
async function sending(w: World, wish: Wish): Promise<Made & { answer: () => Promise<string> }> {
  const { job, turn } = await w.submit(wish)
  const gate = Promise.withResolvers<void>()
  const sent = Promise.withResolvers<void>()
  w.openai.onCreate = async () => {
    sent.resolve()
    await gate.promise
    return { outcome: 'created', response: { id: 'resp_1', status: 'in_progress', model: 'm' } }
  }
  const run = w.run('submit-job', { turnId: turn.id })
  await sent.promise
  return {
    job,
    turn,
    answer: () => {
      gate.resolve()
      return run
    },
  }
}

describe('a job that is being sent', () => {
  test.each(EVENTS)('and is %s is cancelled at OpenAI as soon as it has a response', async (_, event, wish, ended) => {
    const w = world()
    const { job, turn, answer } = await sending(w, wish)
    expect(await event(w, job)).toBe('being_sent')
    expect(await answer()).toBe('created')
    w.clock.advance(70)
    w.queue.clear()
    await sweep(w.app)
    expect(w.queue.names).toContain('cancel-job')
    expect(await w.run('cancel-job', { jobId: job.id })).toBe('asked')
    expect(w.openai.cancelled).toEqual(['resp_1'])
    w.openai.onRetrieve = async (id) => found({ id, status: 'cancelled' })
    await w.run('collect-turn', { turnId: turn.id })
    expect(await w.job(job.id)).toMatchObject(ended)
  })

  test.each(EVENTS)('by a worker that dies, and is %s, ends once that is known', async (_, event, wish, ended) => {
    const w = world()
    const { job, turn } = await w.submit(wish)
    const until = new Date(w.clock.now().getTime() + 30_000)
    await w.app.store.turns.claim(turn.id, { states: ['ready'], set: { state: 'submitting' }, now: w.clock.now(), until })
    expect(await event(w, job)).toBe('being_sent')
    w.clock.advance(70)
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('unconfirmed')
    expect(await w.run('cancel-job', { jobId: job.id })).toBe('ended')
    expect(await w.job(job.id)).toMatchObject(ended)
  })
})

describe('a job that runs', () => {
  const final = (response: JsonObject): RetrieveOutcome => found({ output: [message('what there is')], ...response })
  const HALF = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
  const BROKEN = { status: 'failed', error: { code: 'server_error', message: 'x' } }
  const TRUTHS: [string, RetrieveOutcome, object, object][] = [
    ['cancelled', final({ status: 'cancelled' }), CANCELLED, TOO_LATE],
    ['completed', final({ status: 'completed' }), { status: 'completed', error: null }, { status: 'completed', error: null }],
    ['incomplete', final(HALF), { status: 'incomplete' }, { status: 'incomplete' }],
    [
      'failed',
      final(BROKEN),
      { status: 'failed', error: { code: 'upstream_error' } },
      { status: 'failed', error: { code: 'upstream_error' } },
    ],
  ]
  const cases = EVENTS.flatMap(([event, work, wish], index) =>
    TRUTHS.map(([truth, reply, ...ended]) => ({ event, work, wish, truth, reply, ended: ended[index] ?? {} })),
  )

  test.each(cases)('and is $event is what OpenAI then says: $truth', async ({ work, wish, reply, ended }) => {
    const w = world()
    const { job, turn, responseId } = await w.started(wish)
    expect(await work(w, job)).toBe('asked')
    expect(w.openai.cancelled).toEqual([responseId])
    expect(await w.job(job.id), 'asking decides nothing').toMatchObject({ status: 'queued', finishedAt: null })
    w.openai.onRetrieve = async () => reply
    await w.run('collect-turn', { turnId: turn.id })
    const before = await w.job(job.id)
    expect(before).toMatchObject(ended)
    expect(await w.app.store.results.getForJob(job.id), 'what there is is kept').toMatchObject({ outputText: 'what there is' })
    await everyEntryAgain(w, job)
    expect(await w.job(job.id)).toEqual(before)
    expect(w.openai.cancelled).toEqual([responseId])
  })

  test('and finished while its cancel was on the way keeps what was collected first', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async () => final({ status: 'completed' })
    w.openai.onCancel = async () => {
      await w.run('collect-turn', { turnId: turn.id })
      return { outcome: 'asked' }
    }
    await cancel(w, job)
    expect(await w.job(job.id)).toMatchObject({ status: 'completed' })
    w.openai.onRetrieve = async () => final({ status: 'cancelled' })
    await everyEntryAgain(w, job)
    expect(await w.job(job.id)).toMatchObject({ status: 'completed', cancelRequestedAt: expect.any(Date) })
  })
})

describe('a response that shows itself after its job was ended', () => {
  async function adopted(w: World): Promise<Made> {
    const made = await STATES.unconfirmed!(w, { deadlineSeconds: null })
    await cancel(w, made.job)
    w.openai.onRetrieve = async (id) => found({ id, status: 'in_progress', metadata: { longhaul_job: made.job.id } })
    const rawBody = Buffer.from('{"type":"response.in_progress","data":{"id":"resp_late"}}')
    const entry = inboxEntry(w.app, { account: 'default', webhookId: 'wh_1', sentAt: w.clock.now(), rawBody })
    await receiveEvents(w.app, [entry])
    await w.run('handle-event', { inboxId: entry.id })
    expect(await w.run('handle-event', { inboxId: entry.id })).toBe('adopted')
    return made
  }

  test('is cancelled at OpenAI: what was cancelled stops costing', async () => {
    const w = world()
    const { job, turn } = await adopted(w)
    await w.run('collect-turn', { turnId: turn.id })
    expect(w.openai.cancelled).toEqual(['resp_late'])
    expect(await w.turn(job.id)).toMatchObject({ state: 'done' })
    expect(await w.job(job.id)).toMatchObject({ status: 'cancelled' })
  })

  test('is asked to stop again while OpenAI cannot be asked, and given up where it refuses', async () => {
    const w = world()
    const { job, turn } = await adopted(w)
    w.openai.onCancel = async () => ({ outcome: 'unavailable', error: upstreamError({ status: 503 }) })
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('not_stopped')
    w.clock.advance(400)
    w.queue.clear()
    await sweep(w.app)
    expect(w.queue.entries).toContainEqual(expect.objectContaining({ name: 'collect-turn', payload: { turnId: turn.id } }))
    w.openai.onCancel = async () => ({ outcome: 'unavailable', error: upstreamError({ status: 401 }) })
    await w.run('collect-turn', { turnId: turn.id })
    expect(w.openai.cancelled).toHaveLength(2)
    expect(await w.turn(job.id)).toMatchObject({ state: 'done' })
  })
})

test('a job with a start is not sent before it, whatever the queue does, and its deadline counts from there', async () => {
  const w = world()
  const startAfter = new Date(w.clock.now().getTime() + 3_600_000)
  const { job, turn } = await w.submit({ startAfter, deadlineSeconds: DEADLINE })
  expect(w.secondsTo(job.deadlineAt)).toBe(3_600 + DEADLINE)
  expect(await w.run('submit-job', { turnId: turn.id })).toBe('not_yet')
  w.clock.advance(3_599)
  expect(await sweep(w.app)).toEqual({ found: 0 })
  expect(await w.run('submit-job', { turnId: turn.id })).toBe('not_yet')
  w.clock.advance(1)
  expect(await w.run('submit-job', { turnId: turn.id })).toBe('created')
})
