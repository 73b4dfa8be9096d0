import { describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../../src/domain/errors.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { answers, hold, LIMIT, lost, refused } from '../../support/held-jobs.ts'

const world = eachWorld()
const away = (): never => {
  throw new StoreUnavailableError('the database is away')
}

/** For so long no answer can be written down, and no claim kept. */
function goneFor(w: World, seconds: number): void {
  const { store } = w.app
  const end = w.clock.now().getTime() + seconds * 1000
  const unless = <T>(work: () => T): T => (w.clock.now().getTime() < end ? away() : work())
  w.app.store = {
    ...store,
    transaction: async (work) => unless(() => store.transaction(work)),
    turns: { ...store.turns, extendClaim: async (...args) => unless(() => store.turns.extendClaim(...args)) },
  }
}

describe('the database is away when OpenAI has answered', () => {
  test('for a quarter of an hour, longer than a handler may take: the response is written down after it', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    goneFor(w, 900)
    const handler = new AbortController()
    const run = w.run('submit-job', { turnId: turn.id }, { signal: handler.signal })
    handler.abort(new DOMException('submit-job took longer than 120000 ms', 'TimeoutError'))
    expect(await w.passing(run)).toBe('created')
    expect(await w.turn(job.id)).toMatchObject({ state: 'running', responseId: 'resp_1', claimedUntil: null })
    expect(w.openai.created).toHaveLength(1)
    expect(w.told.filter(({ message }) => message === 'store.unavailable').length).toBeLessThan(200)
    expect(w.clock.repeats).toBe(0)
  })

  test('and another worker took it for lost: the response is written down all the same', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    const { store } = w.app
    let first = true
    const transaction: typeof store.transaction = async (work) => {
      if (!first) return store.transaction(work)
      first = false
      w.clock.advance(31)
      expect(await w.run('submit-job', { turnId: turn.id })).toBe('unconfirmed')
      return away()
    }
    w.app.store = { ...store, transaction, turns: { ...store.turns, extendClaim: async () => away() } }
    expect(await w.passing(w.run('submit-job', { turnId: turn.id }))).toBe('created')
    expect(await w.turn(job.id)).toMatchObject({ state: 'running', responseId: 'resp_1' })
  })

  test('for too long: the id of the response is in the log', async () => {
    const w = world()
    const { turn } = await w.submit()
    goneFor(w, Infinity)
    await expect(w.passing(w.run('submit-job', { turnId: turn.id }))).rejects.toThrow(StoreUnavailableError)
    const fields = expect.objectContaining({ turn_id: turn.id, response_id: 'resp_1' })
    expect(w.told).toContainEqual({ level: 'error', message: 'store.not_written', fields })
    expect(w.clock.repeats).toBe(0)
  })

  test('and we are to stop: it is tried once more and told in the log, without a wait', async () => {
    const w = world()
    const { turn } = await w.submit()
    goneFor(w, Infinity)
    const stopping = new AbortController()
    const run = w.run('submit-job', { turnId: turn.id }, { signal: stopping.signal })
    run.catch(() => undefined)
    const tries = (): number => w.told.filter(({ message }) => message.startsWith('store.')).length
    while (tries() === 0) await new Promise(setImmediate)
    stopping.abort(new DOMException('the service is shutting down', 'AbortError'))
    await expect(run).rejects.toThrow(StoreUnavailableError)
    expect(tries()).toBe(2)
    expect(w.told.at(-1)).toMatchObject({ level: 'error', fields: { turn_id: turn.id, response_id: 'resp_1' } })
    expect(w.clock.repeats).toBe(0)
  })

  test('with a fault: it counts once for its account, however often it is tried to write it down', async () => {
    const w = world()
    const { turn } = await w.submit()
    const { store } = w.app
    let left = 5
    const update: typeof store.turns.update = async (...args) => (left-- > 0 ? away() : store.turns.update(...args))
    w.app.store = { ...store, turns: { ...store.turns, update } }
    answers(w, lost)
    expect(await w.passing(w.run('submit-job', { turnId: turn.id }))).toBe('unconfirmed')
    expect(await hold(w)).toMatchObject({ reason: 'outage', strikes: 1, heldUntil: null })
  })

  test('with a refusal that was written down unseen: the next worker that sends it by then is left alone', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    const { store } = w.app
    let first = true
    const update: typeof store.turns.update = async (...args) => {
      const updated = await store.turns.update(...args)
      if (!first) return updated
      first = false
      const set = { state: 'submitting', submitAttempts: 2 } as const
      await store.turns.claim(turn.id, { states: ['ready'], set, now: w.clock.now(), until: new Date('2027-01-01') })
      return away()
    }
    w.app.store = { ...store, turns: { ...store.turns, update } }
    answers(w, refused(LIMIT))
    expect(await w.passing(w.run('submit-job', { turnId: turn.id }))).toBe('adopted')
    expect(await w.turn(job.id)).toMatchObject({ state: 'submitting', submitAttempts: 2 })
  })
})
