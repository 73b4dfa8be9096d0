import { describe, expect, test } from 'vitest'
import { deleteJob } from '../../../src/domain/delete-job.ts'
import { submitJob } from '../../../src/domain/submit-job.ts'
import type { SubmitOutcome, Submission } from '../../../src/domain/submit-job.ts'
import { eachWorld, PRINCIPAL, submission } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'

const world = eachWorld()

function keyed(
  w: World,
  key: string,
  { bodyHash = 'hash', ...change }: Partial<Submission> & { bodyHash?: string } = {},
): Promise<SubmitOutcome> {
  return submitJob(w.app, { principal: PRINCIPAL, submission: submission(change), idempotency: { key, bodyHash } })
}

function idOf(outcome: SubmitOutcome): string {
  if (!('job' in outcome)) throw new Error(outcome.outcome)
  return outcome.job.id
}

const listAll = (w: World) => w.app.store.jobs.list({ tenantId: PRINCIPAL.tenantId }, { limit: 100, before: null })

test('a submission is a job, a turn, an event and an entry, with the request as it was sent', async () => {
  const w = world()
  const request = { model: 'gpt-x', input: 'a\u0000b\ud800', metadata: { ref: '1' } }
  const { job, turn } = await w.submit({ request, labels: { team: 'growth' }, priority: 3, deadlineSeconds: 60 })
  expect(job).toMatchObject({ status: 'queued', model: 'gpt-x', metadata: { ref: '1' }, keyId: 'key_test' })
  expect(w.secondsTo(job.deadlineAt)).toBe(60)
  expect(turn).toMatchObject({ state: 'ready', number: 1, dueAt: w.clock.now() })
  expect(JSON.parse((await w.app.store.jobs.getRequest(job.id))?.body ?? '')).toEqual(request)
  expect(await w.eventTypes(job.id)).toEqual(['job.queued'])
  expect(w.queue.entries).toEqual([{ name: 'submit-job', payload: { turnId: turn.id }, dedupe: turn.id, priority: 3, delayMs: 0 }])
})

test('a submission is taken although the queue is away', async () => {
  const w = world()
  w.queue.away = true
  const { job } = await w.submit()
  expect(await w.job(job.id)).toMatchObject({ status: 'queued' })
  expect(w.told).toContainEqual(expect.objectContaining({ level: 'warn', message: 'queue.unavailable' }))
})

test('a deadline counts from when the job may begin', async () => {
  const w = world()
  const startAfter = new Date(w.clock.now().getTime() + 3_600_000)
  const { job } = await w.submit({ startAfter, deadlineSeconds: 60 })
  expect(w.secondsTo(job.deadlineAt)).toBe(3_660)
})

test('a job of another account is no parent, for its response is not known in this one', async () => {
  const w = world()
  const { job: parent } = await w.submit({ account: 'research' })
  await w.app.store.jobs.update(parent.id, { from: ['queued'], set: { status: 'completed', responseId: 'resp_1' } })
  const follow = (account: string) => keyed(w, 'follow', { previousJobId: parent.id, account })
  expect(await follow('default')).toMatchObject({ outcome: 'parent_of_other_account', parent: { id: parent.id } })
  expect(await follow('research')).toMatchObject({ outcome: 'created', job: { previousJobId: parent.id } })
})

describe('an idempotency key', () => {
  test('with the same body gives the same job again, also once it is final', async () => {
    const w = world()
    const first = await keyed(w, 'k')
    expect(first.outcome).toBe('created')
    w.queue.clear()
    expect(await keyed(w, 'k')).toMatchObject({ outcome: 'replayed', job: { id: idOf(first) } })
    await w.app.store.jobs.update(idOf(first), { from: ['queued'], set: { status: 'failed' } })
    expect(await keyed(w, 'k')).toMatchObject({ outcome: 'replayed', job: { status: 'failed' } })
    expect(w.queue.entries).toEqual([])
    expect(await listAll(w)).toHaveLength(1)
  })

  test('with another body is refused', async () => {
    const w = world()
    await keyed(w, 'k')
    expect(await keyed(w, 'k', { bodyHash: 'other' })).toEqual({ outcome: 'key_reused' })
    expect(await listAll(w)).toHaveLength(1)
  })

  test('used twenty times at once makes one job', async () => {
    const w = world()
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => keyed(w, 'k')))
    expect(outcomes.filter(({ outcome }) => outcome === 'created')).toHaveLength(1)
    expect(new Set(outcomes.map(idOf)).size).toBe(1)
    expect(await listAll(w)).toHaveLength(1)
    expect(w.queue.entries).toHaveLength(1)
  })

  test('of a deleted job makes no second one', async () => {
    const w = world()
    const id = idOf(await keyed(w, 'k'))
    await w.app.store.jobs.update(id, { from: ['queued'], set: { status: 'failed' } })
    await deleteJob(w.app, { id, tenantId: PRINCIPAL.tenantId, upstream: false })
    expect(await keyed(w, 'k')).toEqual({ outcome: 'job_deleted' })
    await w.run('purge-job', { jobId: id })
    expect(await keyed(w, 'k')).toEqual({ outcome: 'job_deleted' })
  })

  test('of a submission that was refused or that failed is free again', async () => {
    const w = world()
    expect(await keyed(w, 'k', { previousJobId: 'job_none' })).toEqual({ outcome: 'parent_unknown' })
    const { vault } = w.app
    w.app.vault = {
      ...vault,
      seal: () => {
        throw new Error('no key')
      },
    }
    const request = { model: 'm', input: 'x', tools: [{ type: 'mcp', authorization: 'secret' }] }
    await expect(keyed(w, 'k', { request })).rejects.toThrow('no key')
    w.app.vault = vault
    expect(await keyed(w, 'k', { request })).toMatchObject({ outcome: 'created' })
  })
})

describe('a follow-up', () => {
  test('needs a parent of the same tenant that is final and has a response', async () => {
    const w = world()
    const { job: running } = await w.started()
    expect(await keyed(w, 'a', { previousJobId: running.id })).toMatchObject({ outcome: 'parent_not_final', parent: { id: running.id } })
    const { job: unsent } = await w.submit()
    await w.app.store.jobs.update(unsent.id, { from: ['queued'], set: { status: 'cancelled' } })
    expect(await keyed(w, 'b', { previousJobId: unsent.id })).toMatchObject({ outcome: 'parent_without_response' })
    await w.app.store.jobs.update(running.id, { from: ['queued'], set: { status: 'completed' } })
    expect(await keyed(w, 'a', { previousJobId: running.id })).toMatchObject({ outcome: 'created', job: { previousJobId: running.id } })
    const stranger = { ...PRINCIPAL, tenantId: 'ten_other' }
    const asked = submitJob(w.app, { principal: stranger, submission: submission({ previousJobId: running.id }), idempotency: null })
    expect(await asked).toEqual({ outcome: 'parent_unknown' })
  })
})
