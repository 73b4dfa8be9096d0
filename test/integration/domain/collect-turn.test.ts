import { describe, expect, test } from 'vitest'
import { pollInterval } from '../../../src/domain/poll-interval.ts'
import { sweep } from '../../../src/domain/sweep.ts'
import { eachWorld } from '../../support/domain-context.ts'
import { found, message, upstreamError } from '../../support/scripted-openai.ts'

const world = eachWorld()
const missing = { outcome: 'missing', error: upstreamError({ status: 404, message: 'not found' }) } as const

describe('a response that still runs', () => {
  test('is looked at again after ever longer waits, up to the ceiling', async () => {
    const w = world()
    const { job, turn } = await w.started()
    const waits: (number | null)[] = []
    for (let look = 0; look < 8; look += 1) {
      w.clock.advance(waits.at(-1) ?? 30)
      expect(await w.run('collect-turn', { turnId: turn.id })).toBe('in_progress')
      waits.push(w.secondsTo((await w.turn(job.id)).dueAt))
      expect(w.queue.last()).toMatchObject({ name: 'collect-turn', delayMs: (waits.at(-1) ?? 0) * 1000 })
    }
    expect(waits).toEqual([45, 67.5, 101.25, 151.875, 227.813, 300, 300, 300])
    expect(await w.eventTypes(job.id)).toEqual(['job.queued', 'job.submitted', 'job.in_progress'])
    expect(new Set(w.queue.entries.map(({ dedupe }) => dedupe)).size).toBe(8)
    expect(w.clock.repeats).toBe(0)
  })

  test('and has a status nobody knows is one that runs', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async (id) => found({ id, status: 'thinking' })
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('thinking')
    expect(await w.job(job.id)).toMatchObject({ status: 'queued' })
  })

  test('is looked at again at once when a hint came while it was being looked at', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async (id) => {
      w.clock.advance(2)
      await w.app.store.turns.hint(turn.id, w.clock.now())
      w.clock.advance(1)
      return found({ id, status: 'in_progress' })
    }
    await w.run('collect-turn', { turnId: turn.id })
    expect(w.queue.last()).toMatchObject({ delayMs: 0 })
    expect((await w.turn(job.id)).dueAt).toEqual(w.clock.now())
    w.openai.onRetrieve = async (id) => found({ id, status: 'in_progress' })
    await w.run('collect-turn', { turnId: turn.id })
    expect(w.queue.last().delayMs).toBe(67_500)
  })

  test("is looked at again at once also when the hint came by another machine's slow clock", async () => {
    const w = world()
    const { turn } = await w.started()
    w.clock.advance(30)
    w.openai.onRetrieve = async (id) => {
      await w.app.store.turns.hint(turn.id, new Date(w.clock.now().getTime() - 5_000))
      return found({ id, status: 'in_progress' })
    }
    await w.run('collect-turn', { turnId: turn.id })
    expect(w.queue.last()).toMatchObject({ delayMs: 0 })
  })

  test('is looked at by one of two who come at once', async () => {
    const w = world()
    const { turn } = await w.started()
    const outcomes = await Promise.all([w.run('collect-turn', { turnId: turn.id }), w.run('collect-turn', { turnId: turn.id })])
    expect(outcomes.toSorted()).toEqual(['in_progress', 'nothing_to_do'])
    expect(w.openai.retrieved).toHaveLength(1)
  })
})

describe('a retrieve that fails', () => {
  test.each([
    ['401', { outcome: 'refused', error: upstreamError({ status: 401 }) }],
    ['429', { outcome: 'unavailable', error: upstreamError({ status: 429 }), retryAfterMs: 120_000 }],
    ['503', { outcome: 'unavailable', error: upstreamError({ status: 503 }), retryAfterMs: null }],
  ] as const)('with %s puts the look off and never fails the job', async (_name, reply) => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async () => reply
    const expected = reply.outcome === 'unavailable' && reply.retryAfterMs !== null ? 120 : 45
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('unavailable')
    expect(w.secondsTo((await w.turn(job.id)).dueAt)).toBe(expected)
    for (let day = 0; day < 3; day += 1) {
      w.clock.advance(86_400)
      expect(await w.run('collect-turn', { turnId: turn.id })).toBe('unavailable')
    }
    expect(await w.job(job.id)).toMatchObject({ status: 'queued', error: null })
    expect(await w.turn(job.id)).toMatchObject({ lastError: { status: reply.error.status } })
  })

  test('is never put off for so long that a finished response might be deleted meanwhile', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async () => ({ outcome: 'unavailable', error: upstreamError(), retryAfterMs: 1e300 })
    await w.run('collect-turn', { turnId: turn.id })
    expect(w.secondsTo((await w.turn(job.id)).dueAt)).toBe(540)
  })

  test('because we are stopping is left due, so that the next worker looks at once', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.clock.advance(30)
    const stop = new AbortController()
    w.openai.onRetrieve = async () => {
      stop.abort(new DOMException('the service is shutting down', 'AbortError'))
      return { outcome: 'unavailable', error: upstreamError({ type: 'aborted' }), retryAfterMs: null }
    }
    await expect(w.run('collect-turn', { turnId: turn.id }, { signal: stop.signal })).rejects.toThrow('shutting down')
    expect(await w.turn(job.id)).toMatchObject({ dueAt: w.clock.now(), claimedUntil: null, polls: 0 })
  })

  test('with a fault of ours is thrown, and the turn can be had by the next one', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async () => {
      throw new Error('the disk is full')
    }
    await expect(w.run('collect-turn', { turnId: turn.id })).rejects.toThrow('the disk is full')
    expect(await w.turn(job.id)).toMatchObject({ state: 'running', claimedUntil: null })
    expect(w.clock.repeats).toBe(0)
    w.clock.advance(36)
    expect(await sweep(w.app)).toEqual({ found: 1 })
  })
})

describe('a response that OpenAI does not know', () => {
  test('in its first minute may show itself yet', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async () => missing
    for (let look = 0; look < 6; look += 1) {
      expect(await w.run('collect-turn', { turnId: turn.id })).toBe('missing')
      expect(w.queue.last()).toMatchObject({ delayMs: 10_000 })
      w.clock.advance(10)
    }
    expect(new Set(w.queue.entries.map(({ dedupe }) => dedupe)).size).toBe(6)
    w.openai.onRetrieve = async (id) => found({ id, status: 'in_progress' })
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('in_progress')
    expect(await w.turn(job.id)).toMatchObject({ missingSince: null })
  })

  test('for a whole minute has expired', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.clock.advance(600)
    w.openai.onRetrieve = async () => missing
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('missing')
    w.clock.advance(59)
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('missing')
    w.clock.advance(1)
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('failed:result_expired')
    expect(await w.job(job.id)).toMatchObject({ status: 'failed', error: { code: 'result_expired', upstream: { status: 404 } } })
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('nothing_to_do')
  })
})

describe('a worker that dies', () => {
  test('while it looks loses its claim, and another finishes', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.clock.advance(30)
    const until = new Date(w.clock.now().getTime() + 30_000)
    await w.app.store.turns.claim(turn.id, { states: ['running'], now: w.clock.now(), until })
    w.openai.onRetrieve = async (id) => found({ id, status: 'completed', output: [message('done')] })
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('nothing_to_do')
    w.clock.advance(20)
    expect(await sweep(w.app)).toEqual({ found: 0 })
    w.clock.advance(16)
    expect(await sweep(w.app)).toEqual({ found: 1 })
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
    expect(await w.job(job.id)).toMatchObject({ status: 'completed' })
  })

  test('for a while and comes back too late changes nothing any more', async () => {
    const w = world()
    const { job, turn } = await w.started()
    const answer = found({ id: 'resp_1', status: 'completed', output: [message('done')] })
    w.openai.onRetrieve = async () => {
      w.openai.onRetrieve = async () => answer
      await w.app.store.turns.update(turn.id, { from: ['running'], set: { claimedUntil: w.clock.now() } })
      expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
      return answer
    }
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('finished_elsewhere')
    expect((await w.eventTypes(job.id)).filter((type) => type === 'job.completed')).toHaveLength(1)
  })

  test('in the middle of finishing leaves nothing, and the next one does all of it', async () => {
    const w = world()
    const { job, turn } = await w.started({ callbackUrl: 'https://a.test/hook' })
    w.openai.onRetrieve = async (id) => found({ id, status: 'completed', output: [message('done')] })
    const { store } = w.app
    w.app.store = {
      ...store,
      transaction: (work) =>
        store.transaction((tx) => {
          const insert = async (): Promise<void> => {
            throw new Error('killed')
          }
          return work({ ...tx, deliveries: { ...tx.deliveries, insert } })
        }),
    }
    await expect(w.run('collect-turn', { turnId: turn.id })).rejects.toThrow('killed')
    expect(await w.job(job.id)).toMatchObject({ status: 'queued', finishedAt: null })
    expect(await w.turn(job.id)).toMatchObject({ state: 'running' })
    expect(await store.results.getForTurn(turn.id)).toBeNull()
    expect(await w.eventTypes(job.id)).toEqual(['job.queued', 'job.submitted'])
    w.app.store = store
    w.queue.clear()
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
    expect(w.queue.names).toEqual(['deliver'])
    expect(await store.results.getForTurn(turn.id)).toMatchObject({ outputText: 'done' })
  })
})

test('the interval is never longer than the ceiling, whatever the number of looks', () => {
  expect(pollInterval({ pollFirstSeconds: 2, pollMaxSeconds: 300 }, 1e9)).toBe(300)
  expect(pollInterval({ pollFirstSeconds: 400, pollMaxSeconds: 300 }, 5)).toBe(400)
})
