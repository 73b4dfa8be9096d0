import { describe, expect, test } from 'vitest'
import { eachWorld } from '../../support/domain-context.ts'
import { answers, hold, LIMIT, lost, make, pass, QUOTA, refused, start, swept, unsent } from '../../support/held-jobs.ts'
import { upstreamError } from '../../support/scripted-openai.ts'

const world = eachWorld()
const HOUR = 3_600

describe('an outage of OpenAI', () => {
  test('makes three creates doubtful and no more through an hour of it; the others wait in `queued`', async () => {
    const w = world()
    const made = await make(w, 12)
    const restore = answers(w, lost)
    w.openai.onRetrieve = async () => ({ outcome: 'unavailable', error: upstreamError({ status: 503 }), retryAfterMs: null })
    expect(await start(w, made)).toEqual([...Array(3).fill('unconfirmed'), ...Array(9).fill('held')])
    expect(await hold(w)).toMatchObject({ reason: 'outage', strikes: 3 })
    expect(new Set(await pass(w, { seconds: HOUR, step: 60 }))).toEqual(new Set(['held', 'waiting']))
    expect(w.openai.created).toHaveLength(3)
    expect(w.openai.retrieved.length).toBeLessThan(25)
    for (const { job } of made) expect(await w.job(job.id)).toMatchObject({ status: 'queued' })

    restore()
    w.openai.onRetrieve = async () => ({ outcome: 'missing', error: upstreamError({ status: 404 }) })
    w.clock.advance(310)
    expect((await swept(w)).filter((outcome) => outcome === 'created')).toHaveLength(9)
  })

  test('of creates alone loses one job for each probe, and never two', async () => {
    const w = world()
    const made = await make(w, 8)
    answers(w, lost)
    await start(w, made)
    const outcomes = await pass(w, { seconds: 60, step: 5 })
    expect(outcomes.filter((outcome) => outcome === 'unconfirmed')).toHaveLength(3)
    expect(w.openai.retrieved).toEqual(Array(3).fill('resp_longhaul_probe'))
  })

  test('that lets no connection be made holds jobs back too, and makes none doubtful', async () => {
    const w = world()
    const made = await make(w, 5)
    const restore = answers(w, unsent)
    expect(await start(w, made)).toEqual(['held_back', 'held_back', 'held_back', 'held', 'held'])
    restore()
    w.clock.advance(11)
    expect((await swept(w)).filter((outcome) => outcome === 'created')).toHaveLength(5)
  })

  test('leaves the probe to the next one when we stop in the middle of it', async () => {
    const w = world()
    const made = await make(w, 4)
    answers(w, lost)
    await start(w, made)
    w.clock.advance(400)
    const stopping = new AbortController()
    w.openai.onRetrieve = async () => {
      stopping.abort(new Error('stopping'))
      return { outcome: 'unavailable', error: upstreamError({ type: 'aborted' }), retryAfterMs: null }
    }
    const turnId = made[3]?.turn.id ?? ''
    await w.app.store.turns.update(turnId, { from: ['ready'], set: { dueAt: w.clock.now() } })
    await expect(w.run('submit-job', { turnId }, { signal: stopping.signal })).rejects.toThrow('stopping')
    expect(await hold(w)).toMatchObject({ strikes: 3, heldUntil: w.clock.now() })
    expect(w.openai.created).toHaveLength(3)
  })

  test('is not told by two faults with a success between them, nor by one an hour later', async () => {
    const w = world()
    const made = await make(w, 9)
    const restore = answers(w, lost)
    await start(w, made.slice(0, 2))
    restore()
    expect(await start(w, made.slice(2, 3))).toEqual(['created'])
    expect(await hold(w)).toMatchObject({ strikes: 0 })
    w.clock.advance(1)
    answers(w, lost)
    expect(await start(w, made.slice(3, 5))).toEqual(['unconfirmed', 'unconfirmed'])
    w.clock.advance(HOUR)
    expect(await start(w, made.slice(5, 7))).toEqual(['unconfirmed', 'unconfirmed'])
    expect(await hold(w)).toMatchObject({ strikes: 2, heldUntil: null })
  })

  test('is over when OpenAI refuses a request for its own sake: it is there to do so', async () => {
    const w = world()
    const made = await make(w, 5)
    answers(w, lost)
    await start(w, made.slice(0, 4))
    w.clock.advance(6)
    answers(w, refused({ status: 400, code: 'invalid_value' }))
    expect(await start(w, made.slice(4))).toEqual(['failed:invalid_request'])
    expect(await hold(w)).toMatchObject({ strikes: 0 })
  })

  test('that ends in a wall of rate limits becomes a hold of the model', async () => {
    const w = world()
    const made = await make(w, 5)
    answers(w, lost)
    await start(w, made.slice(0, 4))
    w.clock.advance(6)
    answers(w, refused(LIMIT))
    expect(await start(w, made.slice(4))).toEqual(['held_back'])
    expect(await hold(w, 'gpt-x')).toMatchObject({ reason: 'rate_limited', strikes: 1 })
  })

  test('is over when OpenAI has too much of one model: jobs of the others are sent at once', async () => {
    const w = world()
    const made = await make(w, 5)
    const others = await make(w, 2, { request: { model: 'gpt-y', input: 'why?' } })
    const restore = answers(w, lost)
    expect(await start(w, [...made.slice(0, 3), ...others])).toEqual([...Array(3).fill('unconfirmed'), 'held', 'held'])
    w.clock.advance(6)
    answers(w, refused(LIMIT))
    expect(await start(w, made.slice(3, 4))).toEqual(['held_back'])
    expect(await hold(w)).toMatchObject({ strikes: 0, heldUntil: null })
    restore()
    expect(await start(w, others)).toEqual(['created', 'created'])
    expect(await start(w, made.slice(4))).toEqual(['held'])
  })

  test('is over when OpenAI forbids what one job asks for, and that counts against nobody', async () => {
    const w = world()
    const made = await make(w, 5)
    const restore = answers(w, lost)
    await start(w, made.slice(0, 3))
    w.clock.advance(6)
    answers(w, refused({ status: 403 }))
    expect(await start(w, made.slice(3, 4))).toEqual(['held_back'])
    expect(await hold(w)).toMatchObject({ reason: 'outage', strikes: 0 })
    restore()
    expect(await start(w, made.slice(4))).toEqual(['created'])
  })

  test('that ends with a quota used up goes on as a hold for that', async () => {
    const w = world()
    const made = await make(w, 5)
    answers(w, lost)
    await start(w, made.slice(0, 3))
    w.clock.advance(6)
    answers(w, refused(QUOTA))
    expect(await start(w, made.slice(3))).toEqual(['held_back', 'held'])
    expect(await hold(w)).toMatchObject({ reason: 'quota_exhausted', heldUntil: expect.any(Date) })
  })

  test('is not our own stopping', async () => {
    const w = world()
    const made = await make(w, 4)
    answers(w, { outcome: 'ambiguous', error: upstreamError({ type: 'aborted' }) })
    await start(w, made)
    expect(await w.app.store.holds.list()).toEqual([])
  })
})
