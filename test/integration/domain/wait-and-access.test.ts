import { describe, expect, test } from 'vitest'
import { ensureFirstAccess } from '../../../src/domain/ensure-first-access.ts'
import { noteProgress } from '../../../src/domain/note-progress.ts'
import { waitForJob } from '../../../src/domain/wait-for-job.ts'
import type { Job } from '../../../src/domain/model.ts'
import { makeCallbackSecret } from '../../../src/signing/index.ts'
import { eachWorld, PRINCIPAL } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'

const world = eachWorld()

describe('waiting for a job', () => {
  const { tenantId } = PRINCIPAL
  const wait = (w: World, { id }: Pick<Job, 'id'>, signal = new AbortController().signal) =>
    waitForJob(w.app, { id, tenantId, seconds: 30, signal })

  async function end(w: World, { id }: Job, status: 'completed' | 'requires_action'): Promise<void> {
    await w.app.store.jobs.update(id, { from: ['queued'], set: { status } })
    await w.app.store.signalJob(id)
  }

  test.each(['completed', 'requires_action'] as const)('ends as soon as it is %s', async (status) => {
    const w = world()
    const { job } = await w.submit()
    const waiting = wait(w, job)
    await noteProgress(w.app, { jobId: job.id, stage: 'x', message: 'y' })
    await end(w, job, status)
    expect(await waiting).toMatchObject({ id: job.id, status })
  })

  test('is over at once for a final job, an unknown one, and one of another tenant', async () => {
    const w = world()
    const { job } = await w.submit()
    const signal = new AbortController().signal
    expect(await waitForJob(w.app, { id: job.id, tenantId: 'ten_other', seconds: 30, signal })).toBeNull()
    expect(await wait(w, { id: 'job_none' })).toBeNull()
    await end(w, job, 'completed')
    expect(await wait(w, job)).toMatchObject({ status: 'completed' })
  })

  test('gives the job as it is when the time is up or the caller has gone', async () => {
    const w = world()
    const { job } = await w.submit()
    const gone = new AbortController()
    const left = wait(w, job, gone.signal)
    gone.abort()
    expect(await left).toMatchObject({ status: 'queued' })
    const waiting = wait(w, job)
    await w.app.store.check()
    w.clock.advance(31)
    await w.app.store.signalJob(job.id)
    expect(await waiting).toMatchObject({ status: 'queued' })
  })

  test('does not sleep through a change between its look and its ear', async () => {
    const w = world()
    const { job } = await w.submit()
    const { store } = w.app
    const get: typeof store.jobs.get = async (...args) => {
      const before = await store.jobs.get(...args)
      w.app.store = store
      await end(w, job, 'completed')
      return before
    }
    w.app.store = { ...store, jobs: { ...store.jobs, get } }
    expect(await wait(w, job)).toMatchObject({ status: 'completed' })
  })
})

describe('the first access', () => {
  const ensure = (w: World, givenKey: string | null) => ensureFirstAccess({ ...w.app, now: w.clock.now(), givenKey, makeCallbackSecret })
  const find = (w: World, key: string) => w.app.store.keys.findByHash(w.app.digest.sha256(key))

  test('is a key made once and shown once', async () => {
    const w = world()
    const made = await ensure(w, null)
    expect(made).toMatch(/^lh_[\w-]{43}$/)
    expect(await find(w, made ?? '')).toMatchObject({
      tenantId: 'ten_default',
      scopes: ['admin'],
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(await ensure(w, null)).toBeNull()
  })

  test('is made by one of several processes that start at once', async () => {
    const w = world()
    const made = await Promise.all(Array.from({ length: 5 }, () => ensure(w, null)))
    expect(made.filter((key) => key !== null)).toHaveLength(1)
  })

  test('is the key of the settings where there is one; a changed one takes its place', async () => {
    const w = world()
    expect(await ensure(w, 'lh_first')).toBeNull()
    expect(await find(w, 'lh_first')).toMatchObject({ id: 'key_environment' })
    expect(await ensure(w, 'lh_second')).toBeNull()
    expect(await find(w, 'lh_first')).toBeNull()
    expect(await find(w, 'lh_second')).toMatchObject({ id: 'key_environment' })
    expect(await ensure(w, null)).toBeNull()
  })

  test('leaves the callback secret of the first start as it is', async () => {
    const w = world()
    const before = await w.app.store.tenants.get('ten_default')
    await ensure(w, null)
    expect(await w.app.store.tenants.get('ten_default')).toEqual(before)
  })
})
