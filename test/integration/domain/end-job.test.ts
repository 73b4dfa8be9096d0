import { describe, expect, test } from 'vitest'
import { commitThenQueue } from '../../../src/domain/commit-then-queue.ts'
import { deleteJob } from '../../../src/domain/delete-job.ts'
import { FINAL_STATUSES, JOB_STATUSES } from '../../../src/domain/job-status.ts'
import { moveJob } from '../../../src/domain/move-job.ts'
import { sweep } from '../../../src/domain/sweep.ts'
import type { Job } from '../../../src/domain/model.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { answering, bytes, found, message, pngBytes, upstreamError } from '../../support/scripted-openai.ts'

const world = eachWorld()

async function wish(w: World, job: Job): Promise<string> {
  await w.app.store.jobs.requestCancel(job.id, w.clock.now())
  return w.run('cancel-job', { jobId: job.id })
}

describe('a job that its owner wants ended', () => {
  test('before it was sent is cancelled here, and never sent', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    expect(await wish(w, job)).toBe('ended')
    expect(await w.job(job.id)).toMatchObject({ status: 'cancelled', finishedAt: w.clock.now() })
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('nothing_to_do')
    expect(w.openai.created).toEqual([])
    expect(await wish(w, job)).toBe('nothing_to_do')
  })

  test('is also ended by the entry that would have sent it', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    await w.app.store.jobs.requestCancel(job.id, w.clock.now())
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('ended')
    expect(await w.job(job.id)).toMatchObject({ status: 'cancelled' })
    expect(w.openai.created).toEqual([])
  })

  test('while it is being sent is cancelled as soon as its response is known', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    const taken = w.openai.onCreate
    w.openai.onCreate = async (...args) => {
      expect(await wish(w, job)).toBe('being_sent')
      return taken(...args)
    }
    await w.run('submit-job', { turnId: turn.id })
    expect(w.queue.last()).toMatchObject({ name: 'cancel-job', payload: { jobId: job.id } })
    expect(await w.run('cancel-job', { jobId: job.id })).toBe('asked')
    expect(w.openai.cancelled).toEqual(['resp_1'])
  })

  test('while it runs is what OpenAI then says it is', async () => {
    const w = world()
    const { job, turn } = await w.started()
    expect(await wish(w, job)).toBe('asked')
    expect(w.queue.last()).toMatchObject({ name: 'collect-turn', payload: { turnId: turn.id } })
    w.openai.onRetrieve = async (id) => found({ id, status: 'cancelled', output: [message('half')] })
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('cancelled')
    expect(await w.job(job.id)).toMatchObject({ status: 'cancelled', error: null })
    expect(await w.app.store.results.getForTurn(turn.id)).toMatchObject({ outputText: 'half' })
  })

  test('but that completed first is completed', async () => {
    const w = world()
    const { job, turn } = await w.started()
    await wish(w, job)
    w.openai.onRetrieve = async (id) => found({ id, status: 'completed', output: [message('whole')] })
    await w.run('collect-turn', { turnId: turn.id })
    expect(await w.job(job.id)).toMatchObject({ status: 'completed' })
    expect(await wish(w, job)).toBe('nothing_to_do')
    expect(await w.job(job.id)).toMatchObject({ status: 'completed', cancelRequestedAt: expect.any(Date) })
  })

  test('whose create is unconfirmed ends at once, and its turn still knows whose it was', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    w.openai.onCreate = async () => ({ outcome: 'ambiguous', error: upstreamError() })
    await w.run('submit-job', { turnId: turn.id })
    expect(await wish(w, job)).toBe('ended')
    expect(await w.turn(job.id)).toMatchObject({ state: 'unconfirmed' })
    for (let look = 0; look < 5; look += 1) {
      w.clock.advance(700)
      expect(await w.run('submit-job', { turnId: turn.id })).toBe('waiting')
    }
    w.clock.advance(700)
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('nothing_to_do')
    expect(await w.turn(job.id)).toMatchObject({ state: 'done' })
    expect(w.openai.created).toHaveLength(1)
  })

  test('that waits for its caller is cancelled here', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async (id) => found({ id, status: 'completed', output: [{ type: 'function_call', call_id: 'c' }] })
    await w.run('collect-turn', { turnId: turn.id })
    expect(await wish(w, job)).toBe('ended')
    expect(await w.job(job.id)).toMatchObject({ status: 'cancelled' })
  })

  test('when OpenAI cannot be asked is asked again', async () => {
    const w = world()
    const { job } = await w.started()
    w.openai.onCancel = async () => ({ outcome: 'unavailable', error: upstreamError({ status: 500, message: 'oops' }) })
    await expect(wish(w, job)).rejects.toThrow('oops')
    w.clock.advance(6)
    w.queue.clear()
    expect(await sweep(w.app)).toEqual({ found: 1 })
    expect(w.queue.names).toEqual(['cancel-job'])
  })

  test('but runs on at OpenAI is asked again ever more rarely, and at last left to itself', async () => {
    const w = world()
    const { job, turn } = await w.started()
    await wish(w, job)
    const waits: (number | null)[] = []
    let outcome = ''
    while (outcome !== 'let_go' && waits.length < 200) {
      outcome = await w.run('collect-turn', { turnId: turn.id })
      const wait = w.secondsTo((await w.turn(job.id)).dueAt) ?? 0
      waits.push(wait)
      w.clock.advance(Math.max(wait, 0))
      await w.run('cancel-job', { jobId: job.id })
    }
    expect(waits.slice(0, 5)).toEqual([2, 2, 4, 8, 16])
    expect(Math.max(...waits.map(Number))).toBe(300)
    expect(w.openai.cancelled.length).toBeLessThan(200)
    expect(await w.job(job.id)).toMatchObject({ status: 'cancelled' })
    expect(await w.turn(job.id)).toMatchObject({ state: 'done' })
  })

  test('is not asked for at OpenAI again by every sweep while a look is planned', async () => {
    const w = world()
    const { job, turn } = await w.started()
    await wish(w, job)
    await w.run('collect-turn', { turnId: turn.id })
    const asked = w.openai.cancelled.length
    expect(await w.run('cancel-job', { jobId: job.id })).toBe('asked_before')
    expect(w.openai.cancelled).toHaveLength(asked)
  })
})

test('a final status never changes, and what tries to change it tells nothing', async () => {
  const w = world()
  for (const status of FINAL_STATUSES) {
    const { job } = await w.submit({ callbackUrl: 'https://a.test/hook' })
    await commitThenQueue(w.app, (unit) => moveJob(w.app, unit, { job, to: status }))
    const [before, told] = [await w.job(job.id), await w.eventTypes(job.id)]
    w.clock.advance(1)
    for (const to of JOB_STATUSES) {
      expect(await commitThenQueue(w.app, (unit) => moveJob(w.app, unit, { job, to, set: { refusal: 'late' } }))).toBeNull()
    }
    expect(await w.job(job.id)).toEqual(before)
    expect(await w.eventTypes(job.id)).toEqual(told)
    expect(await w.app.store.deliveries.listForJob(job.id)).toHaveLength(1)
  }
})

describe('a job past its deadline', () => {
  test('is found by the sweep, cancelled at OpenAI, and fails with deadline_exceeded, keeping what there is', async () => {
    const w = world()
    const { job, turn } = await w.started({ deadlineSeconds: 20 })
    expect(await sweep(w.app)).toEqual({ found: 0 })
    w.clock.advance(21)
    expect(await sweep(w.app)).toEqual({ found: 1 })
    expect(await w.run('cancel-job', { jobId: job.id })).toBe('asked')
    w.openai.onRetrieve = async (id) => found({ id, status: 'cancelled', output: [message('half')] })
    await w.run('collect-turn', { turnId: turn.id })
    expect(await w.job(job.id)).toMatchObject({ status: 'failed', error: { code: 'deadline_exceeded', retryable: true } })
    expect(await w.app.store.results.getForJob(job.id)).toMatchObject({ outputText: 'half' })
  })

  test('that its owner cancelled too is cancelled', async () => {
    const w = world()
    const { job, turn } = await w.started({ deadlineSeconds: 20 })
    w.clock.advance(21)
    await wish(w, job)
    w.openai.onRetrieve = async (id) => found({ id, status: 'cancelled' })
    await w.run('collect-turn', { turnId: turn.id })
    expect(await w.job(job.id)).toMatchObject({ status: 'cancelled', error: null })
  })

  test.each(['ready', 'unconfirmed'] as const)('with nothing known to run (%s) fails here', async (state) => {
    const w = world()
    const { job, turn } = await w.submit({ deadlineSeconds: 20 })
    await w.app.store.turns.update(turn.id, { from: ['ready'], set: { state } })
    w.clock.advance(20)
    expect(await w.run('cancel-job', { jobId: job.id })).toBe('ended')
    expect(await w.job(job.id)).toMatchObject({ status: 'failed', error: { code: 'deadline_exceeded' } })
    expect((await w.events(job.id)).at(-1)).toMatchObject({ type: 'job.failed', data: { code: 'deadline_exceeded' } })
    expect(w.openai.created).toEqual([])
  })
})

describe('a job that is deleted', () => {
  async function withPicture(w: World): Promise<Job> {
    const { job, turn } = await w.started({ retentionDays: 30 })
    w.openai.onRetrieve = answering(
      { status: 'completed', output: [{ type: 'image_generation_call', result: 'A' }] },
      { 'output/0/result': bytes(pngBytes()) },
    )
    await w.run('collect-turn', { turnId: turn.id })
    w.queue.clear()
    return w.job(job.id)
  }

  test('is gone for readers at once; objects, rows and what OpenAI has follow', async () => {
    const w = world()
    const { id, tenantId } = await withPicture(w)
    expect(await deleteJob(w.app, { id, tenantId, upstream: true })).toEqual({ outcome: 'deleted' })
    expect(await w.app.store.jobs.get(id)).toBeNull()
    expect(await deleteJob(w.app, { id, tenantId, upstream: true })).toEqual({ outcome: 'unknown' })
    expect(w.queue.names).toEqual(['purge-job'])
    w.openai.onRemove = async () => {
      throw new Error('500')
    }
    await expect(w.run('purge-job', { jobId: id })).rejects.toThrow('500')
    w.openai.onRemove = async () => undefined
    expect(await w.run('purge-job', { jobId: id })).toBe('purged')
    expect(w.openai.removed).toEqual(['resp_1', 'resp_1'])
    expect(await Array.fromAsync(w.app.objects.list(`${tenantId}/${id}/`))).toEqual([])
    expect(await w.app.store.jobs.getDeleted(id)).toBeNull()
    expect(await w.app.store.artifacts.listForJob(id)).toEqual([])
    expect(await w.run('purge-job', { jobId: id })).toBe('nothing_to_do')
  })

  test('must be final, and of the same tenant', async () => {
    const w = world()
    const { job } = await w.started()
    expect(await deleteJob(w.app, { id: job.id, tenantId: job.tenantId, upstream: false })).toMatchObject({ outcome: 'not_final' })
    expect(await deleteJob(w.app, { id: job.id, tenantId: 'ten_other', upstream: false })).toEqual({ outcome: 'unknown' })
  })

  test('by its retention goes by itself, once its days are over', async () => {
    const w = world()
    const { id, expiresAt } = await withPicture(w)
    expect(w.secondsTo(expiresAt)).toBe(30 * 86_400)
    w.clock.advance(30 * 86_400 - 1)
    expect(await sweep(w.app)).toEqual({ found: 0 })
    w.clock.advance(2)
    expect(await sweep(w.app)).toEqual({ found: 1 })
    expect(await w.run('purge-job', { jobId: id })).toBe('purged')
    expect(w.openai.removed).toEqual([])
  })
})
