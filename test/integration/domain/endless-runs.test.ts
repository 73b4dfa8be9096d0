import { describe, expect, test } from 'vitest'
import type { RetrieveOutcome } from '../../../src/domain/ports.ts'
import { sweep } from '../../../src/domain/sweep.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { found, message, upstreamError } from '../../support/scripted-openai.ts'

const world = eachWorld()
const HOUR = 3_600

const refused: RetrieveOutcome = { outcome: 'refused', error: upstreamError({ status: 401, code: 'invalid_api_key' }) }
const missing: RetrieveOutcome = { outcome: 'missing', error: upstreamError({ status: 404 }) }
const away: RetrieveOutcome = { outcome: 'unavailable', error: upstreamError({ status: 503 }), retryAfterMs: null }

/** Looks whenever one is due, until one comes to something final; how many hours that took. */
async function lookOn(
  w: World,
  { jobId, turnId }: { jobId: string; turnId: string },
): Promise<{ outcome: string; hours: number; looks: number }> {
  let seconds = 0
  for (let looks = 1; ; looks += 1) {
    const outcome = await w.run('collect-turn', { turnId })
    const turn = await w.turn(jobId)
    if (turn.state === 'done' || seconds > 200 * HOUR) return { outcome, hours: seconds / HOUR, looks }
    const wait = Math.max(w.secondsTo(turn.dueAt) ?? 0, 1)
    w.clock.advance(wait)
    seconds += wait
  }
}

describe('a response that never ends', () => {
  test.each(['queued', 'in_progress'])(
    'and says %s for three days is cancelled, and the job fails keeping what there is',
    async (status) => {
      const w = world()
      w.app.rules.pollMaxSeconds = 599
      const { job, turn } = await w.started()
      w.openai.onRetrieve = async (id) =>
        w.openai.cancelled.length === 0 ? found({ id, status }) : found({ id, status: 'cancelled', output: [message('half')] })
      const { hours, outcome } = await lookOn(w, { jobId: job.id, turnId: turn.id })
      expect(outcome).toBe('failed')
      expect(hours).toBeGreaterThan(72)
      expect(hours).toBeLessThan(72.5)
      expect(w.openai.cancelled).toEqual(['resp_1'])
      const ended = await w.job(job.id)
      expect(ended).toMatchObject({ status: 'failed', error: { code: 'deadline_exceeded', retryable: true } })
      expect(ended.error?.message).toContain('72 hours')
      expect(await w.app.store.results.getForJob(job.id)).toMatchObject({ outputText: 'half' })
    },
    30_000,
  )

  test('but completes as it is being cancelled is completed', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.clock.advance(73 * HOUR)
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('in_progress')
    expect(w.openai.cancelled).toEqual(['resp_1'])
    w.openai.onRetrieve = async (id) => found({ id, status: 'completed', output: [message('whole')] })
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
    expect(await w.job(job.id)).toMatchObject({ status: 'completed' })
  })
})

describe('a job that nobody wants any more', () => {
  async function unwanted(w: World, change: Parameters<World['started']>[0] = {}): Promise<{ jobId: string; turnId: string }> {
    const { job, turn } = await w.started(change)
    if (job.deadlineAt === null) await w.app.store.jobs.requestCancel(job.id, w.clock.now())
    else w.clock.advance(change.deadlineSeconds ?? 0)
    return { jobId: job.id, turnId: turn.id }
  }

  test('and that OpenAI no longer knows is cancelled', async () => {
    const w = world()
    const { jobId, turnId } = await unwanted(w)
    await w.run('cancel-job', { jobId })
    w.openai.onRetrieve = async () => missing
    expect(await lookOn(w, { jobId, turnId })).toMatchObject({ hours: expect.closeTo(60 / HOUR) })
    expect(await w.job(jobId)).toMatchObject({ status: 'cancelled', error: null })
  })

  test('because of its deadline, and that OpenAI no longer knows, fails with its deadline', async () => {
    const w = world()
    const { jobId, turnId } = await unwanted(w, { deadlineSeconds: 60 })
    w.openai.onRetrieve = async () => missing
    await lookOn(w, { jobId, turnId })
    expect(await w.job(jobId)).toMatchObject({ status: 'failed', error: { code: 'deadline_exceeded' } })
  })

  test('and whose key was revoked ends within six hours, without a request every minute', async () => {
    const w = world()
    const { jobId, turnId } = await unwanted(w)
    w.openai.onRetrieve = async () => refused
    w.openai.onCancel = async () => ({ outcome: 'unavailable', error: upstreamError({ status: 401 }) })
    expect(await w.run('cancel-job', { jobId })).toBe('asked')
    const { hours, looks } = await lookOn(w, { jobId, turnId })
    expect(hours).toBeGreaterThanOrEqual(6)
    expect(hours).toBeLessThan(6.2)
    expect(looks).toBeLessThan(100)
    expect(await w.job(jobId)).toMatchObject({ status: 'cancelled' })
    w.clock.advance(60)
    w.queue.clear()
    await sweep(w.app)
    expect(w.queue.names).toEqual([])
  })

  test('and whose response cannot be seen because OpenAI is away is waited for a day: what is there may be whole', async () => {
    const w = world()
    const { jobId, turnId } = await unwanted(w, { deadlineSeconds: 60 })
    w.openai.onRetrieve = async () => away
    w.clock.advance(22 * HOUR)
    const { hours } = await lookOn(w, { jobId, turnId })
    expect(hours).toBeGreaterThanOrEqual(2)
    expect(hours).toBeLessThan(2.2)
    expect(await w.job(jobId)).toMatchObject({ status: 'failed', error: { code: 'deadline_exceeded' } })
  })

  test('while another is wanted, whose key was revoked too, and which is followed for three days and six hours', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.clock.advance(71 * HOUR)
    w.openai.onRetrieve = async () => refused
    const { hours } = await lookOn(w, { jobId: job.id, turnId: turn.id })
    expect(hours).toBeGreaterThanOrEqual(7)
    expect(hours).toBeLessThan(7.2)
    expect(await w.job(job.id)).toMatchObject({ status: 'failed', error: { code: 'deadline_exceeded' } })
  })
})
