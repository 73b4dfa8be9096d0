import { expect, test } from 'vitest'
import type { Job } from '../../src/domain/model.ts'
import { after, insertJob, jobRow, REQUEST, T0 } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'

const EVERY_FIELD: Job = {
  id: 'job_full',
  tenantId: 'ten_1',
  keyId: 'key_1',
  account: 'second',
  status: 'requires_action',
  model: 'gpt-x',
  labels: { team: 'growth' },
  metadata: { a: '1' },
  priority: -3,
  callbackUrl: 'https://example.test/hook',
  callbackEvents: ['job.completed'],
  startAfter: after(1),
  deadlineAt: after(2),
  retentionDays: 30,
  expiresAt: after(3),
  previousJobId: 'job_0',
  onUnconfirmed: 'resubmit',
  endUser: 'user-7',
  responseId: 'resp_1',
  progress: { stage: 'searching', message: 'page 2', updatedAt: T0.toISOString() },
  error: {
    code: 'upstream_error',
    message: 'no',
    retryable: true,
    upstream: { status: 500, code: null, type: 'server_error', param: null, message: 'oops', requestId: 'req_1' },
  },
  incompleteDetails: { reason: 'max_output_tokens' },
  refusal: 'I cannot.',
  requiredAction: { calls: [{ id: 'call_1' }] },
  actionTimeoutSeconds: 60,
  actionDueAt: after(7),
  costMicroUsd: 1_234_567,
  cancelRequestedAt: after(4),
  createdAt: T0,
  startedAt: after(5),
  finishedAt: after(6),
}

describeStores('jobs', (here) => {
  test('a job comes back as it was written, to the millisecond', async () => {
    const { jobs } = here().store
    await jobs.insert(EVERY_FIELD, { body: '{"n":9007199254740993,"nul":"\\u0000"}', sealedSecrets: 'sealed' })
    expect(await jobs.get('job_full')).toStrictEqual(EVERY_FIELD)
    expect(await jobs.getRequest('job_full')).toStrictEqual({ body: '{"n":9007199254740993,"nul":"\\u0000"}', sealedSecrets: 'sealed' })
    await jobs.insert(jobRow({ id: 'job_bare' }), REQUEST)
    expect(await jobs.get('job_bare')).toStrictEqual(jobRow({ id: 'job_bare' }))
  })

  test('a job is seen within its tenant alone', async () => {
    const { store } = here()
    await insertJob(store)
    expect(await store.jobs.get('job_1', { tenantId: 'ten_1' })).not.toBeNull()
    expect(await store.jobs.get('job_1', { tenantId: 'ten_2' })).toBeNull()
    expect(await store.jobs.get('job_2')).toBeNull()
    expect(await store.jobs.getRequest('job_2')).toBeNull()
  })

  test('inserting an id twice is a fault and leaves the first', async () => {
    const { store } = here()
    await insertJob(store)
    await expect(store.jobs.insert(jobRow({ model: 'other' }), REQUEST)).rejects.toMatchObject({ code: '23505' })
    expect((await store.jobs.get('job_1'))?.model).toBe('gpt-x')
  })

  test('a list runs from newest to oldest, by id within a millisecond, and each cursor leads on', async () => {
    const { store } = here()
    for (const [id, seconds] of [
      ['job_c', 5],
      ['job_a', 0],
      ['job_d', 5],
      ['job_e', 9],
      ['job_b', 5],
    ] as const) {
      await insertJob(store, { id, createdAt: after(seconds) })
    }
    const seen: string[][] = []
    let before: { createdAt: Date; id: string } | null = null
    do {
      const page: Job[] = await store.jobs.list({ tenantId: 'ten_1' }, { limit: 2, before })
      seen.push(page.map(({ id }) => id))
      before = page.at(-1) ?? null
    } while (before !== null)
    expect(seen).toEqual([['job_e', 'job_d'], ['job_c', 'job_b'], ['job_a'], []])
  })

  test('a list keeps to its filter', async () => {
    const { store } = here()
    await insertJob(store, { id: 'job_a', status: 'failed', model: 'm1', labels: { team: 'x', env: 'prod' }, createdAt: after(1) })
    await insertJob(store, { id: 'job_b', status: 'queued', model: 'm2', labels: { team: 'x' }, createdAt: after(2) })
    await insertJob(store, { id: 'job_c', status: 'completed', model: 'm1', createdAt: after(3) })
    await insertJob(store, { id: 'job_z', tenantId: 'ten_2' })
    const list = async (filter: object): Promise<string> => {
      const jobs = await store.jobs.list({ tenantId: 'ten_1', ...filter }, { limit: 10, before: null })
      return jobs.map(({ id }) => id.slice(4)).join('')
    }
    expect(await list({})).toBe('cba')
    expect(await list({ status: ['failed', 'completed'] })).toBe('ca')
    expect(await list({ status: [] })).toBe('')
    expect(await list({ model: 'm1' })).toBe('ca')
    expect(await list({ labels: { team: 'x' } })).toBe('ba')
    expect(await list({ labels: { team: 'x', env: 'prod' } })).toBe('a')
    expect(await list({ labels: { team: 'X' } })).toBe('')
    expect(await list({ createdAfter: after(2) }), 'from is inclusive').toBe('cb')
    expect(await list({ createdBefore: after(2) }), 'to is exclusive').toBe('a')
  })

  test('an update is made only from the states it names, and changes nothing it does not name', async () => {
    const { store } = here()
    await insertJob(store, { labels: { team: 'x' } })
    const set = { status: 'in_progress', startedAt: after(1), progress: null } as const
    expect(await store.jobs.update('job_1', { from: ['in_progress'], set })).toBeNull()
    const updated = await store.jobs.update('job_1', { from: ['queued'], set })
    expect(updated).toStrictEqual(jobRow({ labels: { team: 'x' }, status: 'in_progress', startedAt: after(1) }))
    expect(await store.jobs.get('job_1')).toStrictEqual(updated)
    expect(await store.jobs.update('job_1', { from: ['in_progress'], set: {} }), 'no change is a change too').toStrictEqual(updated)
  })

  test('of two updates from one state at once, one wins', async () => {
    const { store } = here()
    await insertJob(store)
    const finish = (status: 'completed' | 'failed') => store.jobs.update('job_1', { from: ['queued'], set: { status } })
    const outcomes = await Promise.all([finish('completed'), finish('failed')])
    expect(outcomes.filter((outcome) => outcome !== null)).toHaveLength(1)
  })

  test('the wish to be cancelled is set once, and only while the job is open', async () => {
    const { store } = here()
    await insertJob(store)
    await insertJob(store, { id: 'job_done', status: 'completed' })
    expect((await store.jobs.requestCancel('job_1', after(1)))?.cancelRequestedAt).toEqual(after(1))
    expect((await store.jobs.requestCancel('job_1', after(2)))?.cancelRequestedAt).toEqual(after(1))
    expect(await store.jobs.requestCancel('job_done', after(1))).toStrictEqual(jobRow({ id: 'job_done', status: 'completed' }))
    expect(await store.jobs.requestCancel('job_2', after(1))).toBeNull()

    expect(await store.jobs.listCancelRequested({ before: after(1), limit: 10 })).toEqual([])
    const lost = await store.jobs.listCancelRequested({ before: after(2), limit: 10 })
    expect(lost.map(({ id }) => id)).toEqual(['job_1'])
  })

  test('open jobs past their deadline are listed, oldest deadline first', async () => {
    const { store } = here()
    await insertJob(store, { id: 'job_late', deadlineAt: after(2) })
    await insertJob(store, { id: 'job_later', deadlineAt: after(1), status: 'in_progress' })
    await insertJob(store, { id: 'job_future', deadlineAt: after(9) })
    await insertJob(store, { id: 'job_final', deadlineAt: after(1), status: 'failed' })
    const late = await store.jobs.listPastDeadline({ now: after(2), limit: 10 })
    expect(late.map(({ id }) => id)).toEqual(['job_later', 'job_late'])
    const [first] = await store.jobs.listPastDeadline({ now: after(2), limit: 1 })
    expect(first?.id).toBe('job_later')
    const beyond = { at: after(1), id: 'job_later' }
    expect((await store.jobs.listPastDeadline({ now: after(2), beyond, limit: 10 })).map(({ id }) => id)).toEqual(['job_late'])
  })

  test('wishes to be cancelled are listed beyond a place, by id within a millisecond', async () => {
    const { store } = here()
    for (const id of ['job_a', 'job_b', 'job_c']) await insertJob(store, { id, cancelRequestedAt: after(1) })
    const beyond = { at: after(1), id: 'job_a' }
    const found = await store.jobs.listCancelRequested({ before: after(2), beyond, limit: 10 })
    expect(found.map(({ id }) => id)).toEqual(['job_b', 'job_c'])
  })

  test('jobs whose retention is over are marked deleted, a few at a time, and once', async () => {
    const { store } = here()
    await insertJob(store, { id: 'job_old', status: 'completed', expiresAt: after(1) })
    await insertJob(store, { id: 'job_new', status: 'completed', expiresAt: after(3) })
    await insertJob(store, { id: 'job_kept', status: 'completed' })
    await insertJob(store, { id: 'job_older', status: 'completed', expiresAt: T0 })
    expect(await store.jobs.takeExpired({ now: after(2), limit: 1 })).toEqual(['job_older'])
    const both = await Promise.all([1, 2].map(() => store.jobs.takeExpired({ now: after(2), limit: 10 })))
    expect(both.flat()).toEqual(['job_old'])
    expect(await store.jobs.get('job_old')).toBeNull()
    expect(await store.jobs.getDeleted('job_old')).toMatchObject({ upstream: false })
  })

  test('what was deleted and is still here is taken in turn: one whose purge keeps failing keeps none from theirs', async () => {
    const { store } = here()
    for (const [id, seconds] of [
      ['job_a', 1],
      ['job_b', 2],
      ['job_c', 9],
    ] as const) {
      await insertJob(store, { id, status: 'failed' })
      await store.jobs.markDeleted(id, { at: after(seconds), upstream: true })
    }
    expect(await store.jobs.takeDeleted({ before: after(5), at: after(5), limit: 1 })).toEqual(['job_a'])
    expect(await store.jobs.takeDeleted({ before: after(5), at: after(5), limit: 1 })).toEqual(['job_b'])
    expect(await store.jobs.takeDeleted({ before: after(5), at: after(5), limit: 9 })).toEqual([])
    expect(await store.jobs.getDeleted('job_a')).toMatchObject({ upstream: true })
    await store.jobs.deferPurge('job_a', after(8))
    expect(await store.jobs.takeDeleted({ before: after(7), at: after(7), limit: 9 })).toEqual(['job_b'])
    expect(await store.jobs.listKnown(['job_a', 'job_none'])).toEqual(['job_a'])
    expect(await store.jobs.listKnown([])).toEqual([])
  })

  test('a deleted job is hidden from every reader but the purge', async () => {
    const { store } = here()
    const row = await insertJob(store, { deadlineAt: T0, expiresAt: T0, cancelRequestedAt: T0 })
    expect(await store.jobs.getDeleted('job_1')).toBeNull()
    expect(await store.jobs.markDeleted('job_1', { at: after(1), upstream: true })).toBe(true)
    expect(await store.jobs.markDeleted('job_1', { at: after(1), upstream: false }), 'once').toBe(false)

    const late = { now: after(9), limit: 10 }
    expect(await store.jobs.get('job_1')).toBeNull()
    expect(await store.jobs.getRequest('job_1')).toBeNull()
    expect(await store.jobs.list({ tenantId: 'ten_1' }, { limit: 10, before: null })).toEqual([])
    expect(await store.jobs.update('job_1', { from: ['queued'], set: { status: 'failed' } })).toBeNull()
    expect(await store.jobs.requestCancel('job_1', T0)).toBeNull()
    expect(await store.jobs.listCancelRequested({ before: after(9), limit: 10 })).toEqual([])
    expect(await store.jobs.listPastDeadline(late)).toEqual([])
    expect(await store.jobs.takeExpired(late)).toEqual([])
    expect(await store.jobs.countAhead(jobRow({ id: 'job_2' }))).toBe(0)

    expect(await store.jobs.getDeleted('job_1')).toStrictEqual({ job: row, upstream: true })
    const again = { at: after(3), limit: 10 }
    expect(await store.jobs.takeDeleted({ ...again, before: after(1) })).toEqual([])
    expect(await store.jobs.takeDeleted({ ...again, before: after(2) })).toEqual(['job_1'])
    await store.jobs.remove('job_1')
    expect(await store.jobs.getDeleted('job_1')).toBeNull()
  })

  test('a job knows how many queued ones of its account are before it', async () => {
    const { store } = here()
    await insertJob(store, { id: 'job_a', createdAt: after(1) })
    await insertJob(store, { id: 'job_b', createdAt: after(1) })
    await insertJob(store, { id: 'job_running', createdAt: T0, status: 'in_progress' })
    await insertJob(store, { id: 'job_other', createdAt: T0, account: 'second' })
    const last = await insertJob(store, { id: 'job_c', createdAt: after(2) })
    expect(await store.jobs.countAhead(last)).toBe(2)
    expect(await store.jobs.countAhead(jobRow({ id: 'job_b', createdAt: after(1) }))).toBe(1)
  })

  test('counting stops at a thousand', async () => {
    const { store, database } = here()
    await insertJob(store)
    await database.pool.query(
      `insert into longhaul.jobs (id, tenant_id, account, status, model, labels, metadata, priority, on_unconfirmed, created_at)
       select 'job_n' || n, 'ten_1', 'default', 'queued', 'm', '{}', '{}', 0, 'wait', '2020-01-01' from generate_series(1, 1500) n`,
    )
    expect(await store.jobs.countAhead(jobRow())).toBe(1_000)
  })
})
