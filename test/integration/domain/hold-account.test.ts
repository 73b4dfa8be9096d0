import { describe, expect, test } from 'vitest'
import { startTurn } from '../../../src/domain/start-turn.ts'
import { sweep } from '../../../src/domain/sweep.ts'
import { eachWorld } from '../../support/domain-context.ts'
import { answers, BAD_KEY, hold, LIMIT, make, pass, QUOTA, refused, start, swept } from '../../support/held-jobs.ts'
import type { Made } from '../../support/held-jobs.ts'
import { found } from '../../support/scripted-openai.ts'

const world = eachWorld()
const HOUR = 3_600
const DAY = 86_400

describe('a rate limit', () => {
  test('holds back its model alone', async () => {
    const w = world()
    const limited = await make(w, 3)
    const [other] = await make(w, 1, { request: { model: 'gpt-y', input: 'why?' } })
    const [elsewhere] = await make(w, 1, { account: 'second' })
    const restore = answers(w, refused(LIMIT, 90_000))
    expect(await start(w, limited.slice(0, 1))).toEqual(['held_back'])
    restore()
    expect(await start(w, limited.slice(1))).toEqual(['held', 'held'])
    expect(await start(w, [other, elsewhere] as Made[])).toEqual(['created', 'created'])
    expect(w.openai.created).toHaveLength(3)

    expect(await hold(w, 'gpt-x')).toMatchObject({ account: 'default', reason: 'rate_limited', strikes: 1 })
    const { job, turn } = limited[1] as Made
    expect(await w.turn(job.id)).toMatchObject({ state: 'ready', submitAttempts: 0, claimedUntil: null })
    expect(w.secondsTo((await w.turn(job.id)).dueAt)).toBeGreaterThanOrEqual(90)
    const progress = (await w.job(job.id)).progress
    expect(progress).toMatchObject({ stage: 'held', message: expect.stringContaining('too much was asked of this model') })
    expect(progress?.message).toContain('2026-11-21T12:01:30.000Z')
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('not_yet')
  })

  test('that many meet at once is one fault: the wait does not double for each', async () => {
    const w = world()
    const made = await make(w, 8)
    const { promise, resolve } = Promise.withResolvers<void>()
    w.openai.onCreate = async () => {
      await promise
      return refused(LIMIT)
    }
    const runs = made.map(({ turn }) => w.run('submit-job', { turnId: turn.id }))
    while (w.openai.created.length < 8) await new Promise(setImmediate)
    w.clock.advance(1)
    resolve()
    expect(await Promise.all(runs)).toEqual(Array(8).fill('held_back'))
    const held = await hold(w, 'gpt-x')
    expect(held).toMatchObject({ strikes: 1 })
    expect(w.secondsTo(held?.heldUntil ?? null)).toBe(2)
  })

  test('that one request alone exceeds fails that job and holds back nobody', async () => {
    const w = world()
    const [large] = await make(w, 1)
    answers(w, refused({ ...LIMIT, message: 'Request too large for gpt-x: Limit 30000, Requested 41000.' }))
    expect(await start(w, [large as Made])).toEqual(['failed:invalid_request'])
    expect(await w.app.store.holds.list()).toEqual([])
  })
})

describe.each([
  ['a quota that is used up', QUOTA, 'quota_exhausted'],
  ['a key that is refused', BAD_KEY, 'auth_failed'],
])('%s', (_name, told, reason) => {
  test('holds back the account: one probe at a time, ever more rarely, and no other account', async () => {
    const w = world()
    const made = await make(w, 6)
    const [other] = await make(w, 1, { request: { model: 'gpt-y', input: 'why?' } })
    const restore = answers(w, refused(told))
    expect(await start(w, made.slice(0, 1))).toEqual(['held_back'])
    expect(await start(w, [...made.slice(1), other as Made])).toEqual(Array(6).fill('held'))
    expect(await hold(w)).toMatchObject({ reason, model: '', strikes: 1 })

    await pass(w, { seconds: HOUR / 2, step: 60 })
    expect(w.openai.created.length).toBeGreaterThan(5)
    expect(w.openai.created.length).toBeLessThan(12)
    for (const { job } of made) expect(await w.job(job.id)).toMatchObject({ status: 'queued' })

    restore()
    const [elsewhere] = await make(w, 1, { account: 'second' })
    expect(await start(w, [elsewhere as Made])).toEqual(['created'])
    w.clock.advance(360)
    expect((await swept(w)).filter((outcome) => outcome === 'created')).toHaveLength(7)
    expect(await hold(w)).toMatchObject({ strikes: 0 })
    w.clock.advance(61)
    await swept(w)
    expect(await hold(w)).toBeUndefined()
  })

  test('for longer than a day fails the job with its reason', async () => {
    const w = world()
    const [first, second] = await make(w, 2)
    answers(w, refused(told))
    await start(w, [first as Made])
    w.clock.advance(DAY)
    expect(await start(w, [first as Made])).toEqual([`failed:${reason}`])
    expect(await start(w, [second as Made])).toEqual([`failed:${reason}`])
    expect(await w.job(second?.job.id ?? '')).toMatchObject({ status: 'failed', error: { code: reason, retryable: true } })
    expect(w.openai.created).toHaveLength(2)
  })
})

describe('the probe', () => {
  test('is one of all that come when the hold is due, and the next if its worker died', async () => {
    const w = world()
    const made = await make(w, 12)
    const taken = w.openai.onCreate
    answers(w, refused(QUOTA))
    await start(w, made.slice(0, 1))
    w.clock.advance(30)
    w.openai.onCreate = async () => {
      throw new Error('killed')
    }
    const runs = await Promise.allSettled(made.slice(1, 11).map(({ turn }) => w.run('submit-job', { turnId: turn.id })))
    expect(runs.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    expect(w.openai.created).toHaveLength(2)
    w.clock.advance(119)
    expect(await start(w, made.slice(11))).toEqual(['held'])
    w.clock.advance(1)
    w.openai.onCreate = taken
    expect(await swept(w)).toContain('created')
  })

  test('is given back by a job that another worker turns out to have', async () => {
    const w = world()
    const made = await make(w, 3)
    answers(w, refused(QUOTA))
    await start(w, made.slice(0, 1))
    const [, second, third] = made as [Made, Made, Made]
    w.clock.advance(30)
    const { store } = w.app
    const taken = { ...store, turns: { ...store.turns, claim: async () => null } }
    w.app.store = taken
    expect(await start(w, [second])).toEqual(['taken'])
    w.app.store = store
    expect(w.secondsTo((await hold(w))?.heldUntil ?? null)).toBe(0)
    expect(await start(w, [third])).toEqual(['held_back'])
  })

  test('is another job than the one that failed before, while there is one', async () => {
    const w = world()
    const made = await make(w, 3)
    answers(w, refused(LIMIT))
    await start(w, made)
    w.clock.advance(2)
    w.queue.clear()
    await sweep(w.app)
    expect(w.queue.entries).toHaveLength(1)
    expect(w.queue.last().payload).not.toEqual({ turnId: made[0]?.turn.id })
  })

  test('that has too much of its model shows that the key is good again, and leaves a quota held for the next one to try', async () => {
    const w = world()
    const others = { request: { model: 'gpt-y', input: 'why?' } }
    for (const [told, account, after] of [
      [BAD_KEY, 'default', { strikes: 0, heldUntil: null }],
      [QUOTA, 'second', { strikes: 1, heldUntil: expect.any(Date) }],
    ] as const) {
      const made = await make(w, 2, { account })
      const [other] = (await make(w, 1, { ...others, account })) as [Made]
      const restore = answers(w, refused(told))
      await start(w, made.slice(0, 1))
      w.clock.advance(40)
      answers(w, refused(LIMIT))
      expect(await start(w, made.slice(1))).toEqual(['held_back'])
      const held = (await w.app.store.holds.find({ account, model: '' }))[0]
      expect(held).toMatchObject(after)
      restore()
      expect(await start(w, [other])).toEqual(['created'])
    }
  })

  test('that is refused for its own sake leaves a quota held, and lets the next one try', async () => {
    const w = world()
    const made = await make(w, 3)
    answers(w, refused(QUOTA))
    await start(w, made.slice(0, 1))
    w.clock.advance(30)
    answers(w, refused({ status: 400, code: 'invalid_value' }))
    expect(await start(w, made.slice(1, 2))).toEqual(['failed:invalid_request'])
    expect(await hold(w)).toMatchObject({ reason: 'quota_exhausted', strikes: 1, heldUntil: w.clock.now() })
    answers(w, refused(QUOTA))
    expect(await start(w, made.slice(2))).toEqual(['held_back'])
    expect(await hold(w)).toMatchObject({ strikes: 2 })
  })
})

describe('held jobs', () => {
  test('end by their deadline and by the wish of their owner as ever', async () => {
    const w = world()
    const [, late, unwanted] = (await make(w, 3, { deadlineSeconds: 60 })) as [Made, Made, Made]
    const [first] = await make(w, 1)
    answers(w, refused(QUOTA))
    await start(w, [first as Made, late, unwanted])
    await w.app.store.jobs.requestCancel(unwanted.job.id, w.clock.now())
    expect(await w.run('cancel-job', { jobId: unwanted.job.id })).toBe('ended')
    expect(await w.job(unwanted.job.id)).toMatchObject({ status: 'cancelled' })
    w.clock.advance(61)
    await sweep(w.app)
    expect(w.queue.entries).toContainEqual(expect.objectContaining({ name: 'cancel-job', payload: { jobId: late.job.id } }))
    expect(await w.run('cancel-job', { jobId: late.job.id })).toBe('ended')
    expect(await w.job(late.job.id)).toMatchObject({ status: 'failed', error: { code: 'deadline_exceeded' } })
  })

  test('do not spin: in an hour each looks a few times, whatever their number', async () => {
    const w = world()
    const made = await make(w, 12)
    answers(w, refused(QUOTA))
    let random = 0
    w.app.random.next = () => (random = (random + 0.618) % 1)
    await start(w, made)
    const runs = await pass(w, { seconds: HOUR, step: 60 })
    expect(runs.length / 12).toBeLessThan(8)
  })

  test('are never parked without the mark by which they are woken: a worker may die in between', async () => {
    const w = world()
    const made = await make(w, 2)
    answers(w, refused(LIMIT, 90_000))
    await start(w, made.slice(0, 1))
    const { job, turn } = made[1] as Made
    const { dueAt } = await w.turn(job.id)
    const dies = { ...w.app.store.jobs, update: () => Promise.reject(new Error('killed')) }
    const app = { ...w.app, store: { ...w.app.store, jobs: dies } }
    await expect(startTurn(app, { turnId: turn.id, signal: new AbortController().signal })).rejects.toThrow('killed')
    expect((await w.turn(job.id)).dueAt).toEqual(dueAt)
  })

  test('come back a hundred at a time', async () => {
    const w = world()
    const [first] = (await make(w, 1)) as [Made]
    const restore = answers(w, refused(QUOTA))
    await start(w, [first])
    restore()
    const progress = { stage: 'held', message: 'not yet', updatedAt: '' }
    for (let n = 0; n < 110; n += 1) {
      await w.app.store.jobs.insert({ ...first.job, id: `job_${n}`, progress }, { body: '{}', sealedSecrets: null })
      await w.app.store.turns.insert({ ...first.turn, id: `turn_${n}`, jobId: `job_${n}`, dueAt: new Date('2027-01-01') })
    }
    w.clock.advance(30)
    w.queue.clear()
    await w.run('submit-job', { turnId: first.turn.id })
    expect(w.queue.entries.filter(({ name }) => name === 'submit-job')).toHaveLength(100)
    w.queue.clear()
    await sweep(w.app)
    expect(w.queue.entries.filter(({ name }) => name === 'submit-job')).toHaveLength(10)
  })

  test('wait for a hold that nobody waits for no longer than it is remembered', async () => {
    const w = world()
    const [first] = await make(w, 1)
    answers(w, refused(QUOTA))
    await start(w, [first as Made])
    await w.app.store.jobs.requestCancel(first?.job.id ?? '', w.clock.now())
    await w.run('cancel-job', { jobId: first?.job.id ?? '' })
    w.clock.advance(640)
    await sweep(w.app)
    expect(await w.app.store.holds.list()).toEqual([])
  })
})

describe('a run that fails for want of quota although its create was taken', () => {
  const failed = { status: 'failed', error: { code: 'insufficient_quota', message: 'You exceeded your current quota.' } }

  test('holds back the account until a run shows that there is some', async () => {
    const w = world()
    const running = await w.started()
    const [probe, waiting] = (await make(w, 2)) as [Made, Made]
    w.clock.advance(3)
    w.openai.onRetrieve = async (id) => found({ id, ...failed })
    expect(await w.run('collect-turn', { turnId: running.turn.id })).toBe('failed')
    expect(await w.job(running.job.id)).toMatchObject({ status: 'failed', error: { code: 'quota_exhausted' } })
    expect(await hold(w)).toMatchObject({ reason: 'quota_exhausted', strikes: 1 })

    expect(await start(w, [waiting])).toEqual(['held'])
    w.clock.advance(30)
    expect(await start(w, [probe])).toEqual(['created'])
    // That it was taken shows nothing: so was the one that failed.
    expect(w.secondsTo((await hold(w))?.heldUntil ?? null)).toBe(60)
    w.clock.advance(5)
    w.openai.onRetrieve = async (id) => found({ id, status: 'completed', output: [] })
    w.queue.clear()
    expect(await w.run('collect-turn', { turnId: probe.turn.id })).toBe('completed')
    expect(w.queue.entries).toContainEqual(expect.objectContaining({ name: 'submit-job', payload: { turnId: waiting.turn.id } }))
    expect(await start(w, [waiting])).toEqual(['created'])
  })

  test('holds it back also where that create had just ended a hold', async () => {
    const w = world()
    const [first, probe] = (await make(w, 2)) as [Made, Made]
    const restore = answers(w, refused(QUOTA))
    await start(w, [first])
    restore()
    w.clock.advance(30)
    const taken = w.openai.onCreate
    w.openai.onCreate = async (...args) => {
      w.clock.advance(1)
      return taken(...args)
    }
    expect(await start(w, [probe])).toEqual(['created'])
    expect(await hold(w)).toMatchObject({ strikes: 0 })
    w.clock.advance(5)
    w.openai.onRetrieve = async (id) => found({ id, ...failed })
    expect(await w.run('collect-turn', { turnId: probe.turn.id })).toBe('failed')
    expect(await hold(w)).toMatchObject({ reason: 'quota_exhausted', strikes: 1, heldUntil: expect.any(Date) })
  })

  test('and whose tokens of a minute ran out holds back the model for half a minute', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async (id) => found({ id, status: 'failed', error: { code: 'rate_limit_exceeded', message: 'Limit 200000' } })
    await w.run('collect-turn', { turnId: turn.id })
    expect(await w.job(job.id)).toMatchObject({ error: { code: 'rate_limited' } })
    expect(w.secondsTo((await hold(w, 'gpt-x'))?.heldUntil ?? null)).toBe(30)
  })

  test('and others that fail for their own sake hold back nothing', async () => {
    const w = world()
    const { turn } = await w.started()
    w.openai.onRetrieve = async (id) => found({ id, status: 'failed', error: { code: 'server_error', message: 'wfr_1' } })
    await w.run('collect-turn', { turnId: turn.id })
    expect(await w.app.store.holds.list()).toEqual([])
  })
})
