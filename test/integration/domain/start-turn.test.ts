import { describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../../src/domain/errors.ts'
import { sweep } from '../../../src/domain/sweep.ts'
import type { CreateOutcome } from '../../../src/domain/ports.ts'
import type { Turn } from '../../../src/domain/model.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { upstreamError } from '../../support/scripted-openai.ts'

const world = eachWorld()
const DAY = 86_400

const refused = (change: Parameters<typeof upstreamError>[0], retryAfterMs: number | null = null): CreateOutcome => ({
  outcome: 'refused',
  error: upstreamError(change),
  retryAfterMs,
})
const ambiguous: CreateOutcome = { outcome: 'ambiguous', error: upstreamError({ message: 'socket hang up' }) }

describe('a create that is taken', () => {
  test('makes the turn run, tells so and plans the first look', async () => {
    const w = world()
    const { job, turn } = await w.submit({ request: { model: 'gpt-x', input: 'why?', odd: { kept: 1 } }, endUser: 'ada' })
    w.queue.clear()
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('created')

    expect(w.openai.created).toEqual([
      expect.objectContaining({ model: 'gpt-x', odd: { kept: 1 }, background: true, store: true, metadata: { longhaul_job: job.id } }),
    ])
    expect(w.openai.created[0]?.safety_identifier).toMatch(/^[0-9a-f]{64}$/)
    const running = await w.turn(job.id)
    expect(running).toMatchObject({ state: 'running', responseId: 'resp_1', submitAttempts: 1, claimedUntil: null })
    expect(w.secondsTo(running.dueAt)).toBe(30)
    expect(await w.job(job.id)).toMatchObject({ status: 'queued', responseId: 'resp_1' })
    expect(await w.eventTypes(job.id)).toEqual(['job.queued', 'job.submitted'])
    expect(w.queue.entries).toEqual([expect.objectContaining({ name: 'collect-turn', delayMs: 30_000 })])
    expect(w.clock.repeats).toBe(0)
  })

  test('already in progress moves the job with it', async () => {
    const w = world()
    w.openai.onCreate = async () => ({ outcome: 'created', response: { id: 'resp_1', status: 'in_progress', model: null } })
    const { job } = await w.started()
    expect(job).toMatchObject({ status: 'in_progress', startedAt: w.clock.now() })
    expect(await w.eventTypes(job.id)).toEqual(['job.queued', 'job.submitted', 'job.in_progress'])
  })

  test('is sent once by however many entries ask at the same time', async () => {
    const w = world()
    const { turn } = await w.submit()
    await Promise.all(Array.from({ length: 8 }, () => w.run('submit-job', { turnId: turn.id })))
    await w.run('submit-job', { turnId: turn.id })
    expect(w.openai.created).toHaveLength(1)
  })

  test('is not sent a second time by a worker that read the turn before the first one took it', async () => {
    const w = world()
    const { turn } = await w.submit()
    await w.app.store.turns.update(turn.id, { from: ['ready'], set: { state: 'submitting', claimedUntil: null } })
    const { store } = w.app
    w.app.store = { ...store, turns: { ...store.turns, get: async () => turn } }
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('taken')
    expect(w.openai.created).toEqual([])
  })

  test('sends the sealed secrets where they stood', async () => {
    const w = world()
    const tools = [{ type: 'mcp', server_url: 'https://m.test', authorization: 'tok-123', headers: { 'x-key': 'k-456' } }]
    const { job, turn } = await w.submit({ request: { model: 'gpt-x', input: 'x', tools } })
    expect((await w.app.store.jobs.getRequest(job.id))?.body).not.toMatch(/tok-123|k-456/)
    await w.run('submit-job', { turnId: turn.id })
    expect(w.openai.created[0]?.tools).toEqual(tools)
  })

  test('is written down although the database was away when the answer came', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    const transaction = w.app.store.transaction
    let away = 3
    w.app.store = {
      ...w.app.store,
      transaction: async (work) => {
        if (away > 0) {
          away -= 1
          throw new StoreUnavailableError('the database is away')
        }
        return transaction(work)
      },
    }
    expect(await w.passing(w.run('submit-job', { turnId: turn.id }))).toBe('created')
    expect(await w.turn(job.id)).toMatchObject({ state: 'running', responseId: 'resp_1' })
    expect(w.openai.created).toHaveLength(1)
  })
})

describe('a create that is refused for now', () => {
  test.each([
    ['a rate limit', 2, { status: 429, code: 'rate_limit_exceeded', type: 'tokens' }],
    ['no quota', 30, { status: 429, code: 'insufficient_quota' }],
    ['a bad key', 30, { status: 401, code: 'invalid_api_key' }],
    ['a locked conversation', 2, { status: 400, code: 'conversation_locked' }],
  ])('by %s waits in `queued` and later succeeds', async (_name, seconds, error) => {
    const w = world()
    const { job, turn } = await w.submit({ priority: 3 })
    const taken = w.openai.onCreate
    w.openai.onCreate = async () => refused(error)
    w.queue.clear()
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('held_back')
    const held = await w.turn(job.id)
    expect(held).toMatchObject({ state: 'ready', claimedUntil: null, lastError: { status: error.status } })
    expect(w.secondsTo(held.dueAt)).toBe(seconds)
    expect(w.queue.entries).toEqual([expect.objectContaining({ name: 'submit-job', delayMs: seconds * 1_000, priority: 3 })])
    expect(await w.job(job.id)).toMatchObject({ status: 'queued', progress: { stage: 'waiting' } })

    w.openai.onCreate = taken
    w.clock.advance(seconds)
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('created')
    expect(await w.job(job.id)).toMatchObject({ progress: null })
  })

  test('waits as long as it was asked to, but never so long that nobody would look again', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    w.openai.onCreate = async () => refused({ status: 429 }, 90_000)
    await w.run('submit-job', { turnId: turn.id })
    expect(w.secondsTo((await w.turn(job.id)).dueAt)).toBe(90)
    w.clock.advance(90)
    w.openai.onCreate = async () => refused({ status: 429 }, 1e300)
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('held_back')
    expect(w.secondsTo((await w.turn(job.id)).dueAt)).toBe(3_600)
  })

  test('is not sent early by an entry that was left over', async () => {
    const w = world()
    const { turn } = await w.submit()
    w.openai.onCreate = async () => refused({ status: 429 }, 600_000)
    await w.run('submit-job', { turnId: turn.id })
    w.clock.advance(1)
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('not_yet')
    expect(w.openai.created).toHaveLength(1)
  })

  test('fails the job after a day, saying why', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    w.openai.onCreate = async () => refused({ status: 429, code: 'insufficient_quota', message: 'no money' })
    w.clock.advance(DAY - 1)
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('held_back')
    w.clock.advance(600)
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('failed:quota_exhausted')
    expect(await w.job(job.id)).toMatchObject({
      status: 'failed',
      error: { code: 'quota_exhausted', retryable: true, upstream: { message: 'no money' } },
    })
    expect(await w.turn(job.id)).toMatchObject({ state: 'done' })
  })

  test('has its day counted from when the job could begin, also where `start_after` lay long before it was made', async () => {
    const w = world()
    const { job, turn } = await w.submit({ startAfter: new Date('2020-01-01T00:00:00Z'), deadlineSeconds: 60 })
    expect(w.secondsTo(job.deadlineAt)).toBe(60)
    w.openai.onCreate = async () => refused({ status: 429 })
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('held_back')
  })
})

test.each([
  [{ status: 404, code: 'model_not_found' }, 'model_not_found'],
  [{ status: 400, code: 'previous_response_not_found' }, 'parent_gone'],
  [{ status: 400, code: 'invalid_value', message: "Unknown parameter: 'billing'." }, 'invalid_request'],
  [{ status: 400, code: 'moderation_blocked' }, 'content_policy'],
])('a refusal for good (%o) fails the job at once', async (error, code) => {
  const w = world()
  const { job, turn } = await w.submit()
  w.openai.onCreate = async () => refused(error)
  expect(await w.run('submit-job', { turnId: turn.id })).toBe(`failed:${code}`)
  expect(await w.job(job.id)).toMatchObject({ status: 'failed', error: { code, retryable: false } })
  expect(await w.eventTypes(job.id)).toEqual(['job.queued', 'job.failed'])
})

test('a request that never left is tried again, later each time', async () => {
  const w = world()
  const { job, turn } = await w.submit()
  w.openai.onCreate = async () => ({ outcome: 'unsent', error: upstreamError({ code: 'ECONNREFUSED' }) })
  const waits: (number | null)[] = []
  for (let i = 0; i < 10; i += 1) {
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('held_back')
    waits.push(w.secondsTo((await w.turn(job.id)).dueAt))
    w.clock.advance(waits.at(-1) ?? 0)
  }
  expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
  w.clock.advance(DAY)
  expect(await w.run('submit-job', { turnId: turn.id })).toBe('failed:upstream_error')
  expect(await w.job(job.id)).toMatchObject({ status: 'failed', error: { code: 'upstream_error', retryable: true } })
  expect((await w.job(job.id)).error?.message).toContain('could not be reached for a day')
})

/** As the sweep would: at each look that is due, until one comes to something else than waiting. */
async function looks(w: World, turn: Turn): Promise<{ seconds: number; outcome: string }> {
  for (let seconds = 0; ;) {
    const wait = w.secondsTo((await w.turn(turn.jobId)).dueAt) ?? 0
    w.clock.advance(wait)
    seconds += wait
    w.queue.clear()
    const outcome = await w.run('submit-job', { turnId: turn.id })
    if (outcome !== 'waiting' || seconds > DAY) return { seconds, outcome }
  }
}

describe('a create of which nothing is known', () => {
  test('is parked and never sent again by itself', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    w.openai.onCreate = async () => ambiguous
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('unconfirmed')
    const parked = await w.turn(job.id)
    expect(parked).toMatchObject({ state: 'unconfirmed', claimedUntil: null })
    expect(w.secondsTo(parked.dueAt)).toBe(600)
    expect(await w.job(job.id)).toMatchObject({ status: 'queued', progress: { stage: 'unconfirmed' } })
    for (let look = 0; look < 3; look += 1) {
      expect(await w.run('submit-job', { turnId: turn.id })).toBe('waiting')
      w.clock.advance(300)
    }
    expect(await w.turn(job.id)).toMatchObject({ state: 'unconfirmed', polls: 1 })
    expect(w.openai.created).toHaveLength(1)
  })

  test('fails with submit_unconfirmed when nothing spoke of it in time', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    w.openai.onCreate = async () => ambiguous
    await w.run('submit-job', { turnId: turn.id })
    w.clock.advance(606)
    w.queue.clear()
    expect(await sweep(w.app)).toEqual({ found: 1 })
    expect(w.queue.names).toEqual(['submit-job'])
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('waiting')
    expect(await looks(w, turn)).toEqual({ outcome: 'failed:submit_unconfirmed', seconds: 3_000 })
    expect(await w.job(job.id)).toMatchObject({ status: 'failed', error: { code: 'submit_unconfirmed' } })
    expect(w.openai.created).toHaveLength(1)
  })

  test('is created again only where the job said so, and only then', async () => {
    const w = world()
    const { job, turn } = await w.submit({ onUnconfirmed: 'resubmit' })
    const taken = w.openai.onCreate
    w.openai.onCreate = async () => ambiguous
    await w.run('submit-job', { turnId: turn.id })
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('waiting')
    w.openai.onCreate = taken
    expect(await looks(w, turn)).toEqual({ outcome: 'resubmitted', seconds: 3_600 })
    expect(w.queue.names).toEqual(['submit-job'])
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('created')
    expect(await w.turn(job.id)).toMatchObject({ submitAttempts: 2, responseId: 'resp_2' })
  })

  test('whose worker died while it was sending is found by the sweep once the claim is over, and not sent again', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    w.openai.onCreate = async () => {
      throw new Error('killed')
    }
    await expect(w.run('submit-job', { turnId: turn.id })).rejects.toThrow('killed')
    expect(await w.turn(job.id)).toMatchObject({ state: 'submitting' })
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('taken')
    expect(await sweep(w.app)).toEqual({ found: 0 })
    w.clock.advance(36)
    expect(await sweep(w.app)).toEqual({ found: 1 })
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('unconfirmed')
    expect(w.openai.created).toHaveLength(1)
  })

  test('whose every worker was away for a day still waits its time for the webhook that may yet come', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    w.openai.onCreate = async () => {
      throw new Error('killed')
    }
    await expect(w.run('submit-job', { turnId: turn.id })).rejects.toThrow('killed')
    w.clock.advance(DAY)
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('unconfirmed')
    expect(await looks(w, turn)).toEqual({ outcome: 'failed:submit_unconfirmed', seconds: 3_600 })
    expect(await w.job(job.id)).toMatchObject({ status: 'failed' })
  })

  test('waits on for as long as anybody is up to hear a webhook: time when all were away does not count', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    w.openai.onCreate = async () => ambiguous
    await w.run('submit-job', { turnId: turn.id })
    w.clock.advance(DAY)
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('waiting')
    expect(await looks(w, turn)).toEqual({ outcome: 'failed:submit_unconfirmed', seconds: 3_000 })
    expect(await w.job(job.id)).toMatchObject({ status: 'failed', error: { code: 'submit_unconfirmed' } })
  })

  test('keeps its claim while the answer is slow', async () => {
    const w = world()
    const { turn } = await w.submit()
    const { promise, resolve } = Promise.withResolvers<void>()
    const taken = w.openai.onCreate
    w.openai.onCreate = async (...args) => {
      await promise
      return taken(...args)
    }
    const run = w.run('submit-job', { turnId: turn.id })
    while (w.openai.created.length === 0) await new Promise(setImmediate)
    for (let second = 0; second < 120; second += 10) {
      w.clock.advance(10)
      await w.app.store.check()
    }
    expect(await sweep(w.app)).toEqual({ found: 0 })
    resolve()
    expect(await run).toBe('created')
  })

  test('turns out refused after all when the answer comes late: then it is held back like any other', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    w.openai.onCreate = async () => {
      await w.app.store.turns.update(turn.id, { from: ['submitting'], set: { state: 'unconfirmed', claimedUntil: null } })
      return refused({ status: 429 })
    }
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('held_back')
    expect(await w.turn(job.id)).toMatchObject({ state: 'ready' })
  })
})

describe('a job that waits for its time', () => {
  test('is queued with that delay and not sent before it', async () => {
    const w = world()
    const { turn } = await w.submit({ startAfter: new Date(w.clock.now().getTime() + 3_600_000) })
    expect(w.queue.last()).toMatchObject({ name: 'submit-job', delayMs: 3_600_000 })
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('not_yet')
    w.clock.advance(600)
    expect(await sweep(w.app)).toEqual({ found: 0 })
    w.clock.advance(3_010)
    expect(await sweep(w.app)).toEqual({ found: 1 })
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('created')
  })

  test('fails with parent_gone when the job it follows up on was deleted meanwhile', async () => {
    const w = world()
    const { job: parent } = await w.started()
    await w.app.store.jobs.update(parent.id, { from: ['queued'], set: { status: 'completed' } })
    const { job, turn } = await w.submit({ previousJobId: parent.id })
    await w.app.store.jobs.markDeleted(parent.id, { at: w.clock.now(), upstream: false })
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('failed:parent_gone')
    expect(await w.job(job.id)).toMatchObject({ status: 'failed', error: { code: 'parent_gone' } })
  })

  test('sends the response id of the job it follows up on', async () => {
    const w = world()
    const { job: parent } = await w.started()
    await w.app.store.jobs.update(parent.id, { from: ['queued'], set: { status: 'completed' } })
    const { turn } = await w.submit({ previousJobId: parent.id })
    await w.run('submit-job', { turnId: turn.id })
    expect(w.openai.created[1]).toMatchObject({ previous_response_id: 'resp_1' })
  })
})
