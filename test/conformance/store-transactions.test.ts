import { expect, test } from 'vitest'
import { createJobSignals } from '../../src/db/index.ts'
import { insertTurn, jobRow, REQUEST, T0 } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'

const SOON = { timeoutMs: 20_000 }

describeStores('transactions', (here) => {
  test('what is written in a transaction is there when it commits', async () => {
    const { store } = here()
    const told = await store.transaction(async (tx) => {
      await tx.jobs.insert(jobRow(), REQUEST)
      await tx.events.append('job_1', [{ id: 'evt_1', type: 'job.queued', data: {}, createdAt: T0 }])
      expect(await tx.jobs.get('job_1'), 'it sees its own').not.toBeNull()
      return 'done'
    })
    expect(told).toBe('done')
    expect(await store.events.list('job_1', { after: 0, limit: 9 })).toHaveLength(1)
  })

  test('nothing of it is there when it throws, and what was thrown comes out', async () => {
    const { store } = here()
    const fault = new Error('half way')
    const failing = store.transaction(async (tx) => {
      await tx.jobs.insert(jobRow(), REQUEST)
      throw fault
    })
    await expect(failing).rejects.toBe(fault)
    expect(await store.jobs.get('job_1')).toBeNull()
  })

  test('a fault of the database undoes all of it, and the connection goes on', async () => {
    const { store } = here()
    const failing = store.transaction(async (tx) => {
      await tx.jobs.insert(jobRow(), REQUEST)
      await tx.jobs.insert(jobRow(), REQUEST)
    })
    await expect(failing).rejects.toMatchObject({ code: '23505', constraint: 'jobs_pkey' })
    expect(await store.jobs.get('job_1')).toBeNull()
    for (let n = 0; n < 20; n += 1) await store.check()
  })

  test('others see nothing of it before it commits', async () => {
    const { store } = here()
    const written = Promise.withResolvers<void>()
    const seen = written.promise.then(() => store.jobs.get('job_1'))
    await store.transaction(async (tx) => {
      await tx.jobs.insert(jobRow(), REQUEST)
      written.resolve()
      await new Promise(setImmediate)
      await tx.jobs.remove('job_1')
      await tx.check()
    })
    expect(await seen).toBeNull()
  })

  test('transactions at once do not mix', async () => {
    const { store } = here()
    const one = async (n: number): Promise<void> => {
      await store.transaction(async (tx) => {
        await tx.jobs.insert(jobRow({ id: `job_${n}` }), REQUEST)
        await new Promise(setImmediate)
        if (n % 2 === 1) throw new Error('odd')
        await tx.jobs.update(`job_${n}`, { from: ['queued'], set: { status: 'in_progress' } })
      })
    }
    await Promise.allSettled(Array.from({ length: 30 }, (_, n) => one(n)))
    const jobs = await store.jobs.list({ tenantId: 'ten_1' }, { limit: 100, before: null })
    expect(jobs).toHaveLength(15)
    expect(jobs.every(({ status }) => status === 'in_progress')).toBe(true)
  })

  test('they do not nest', async () => {
    const { store } = here()
    await expect(store.transaction((tx) => tx.transaction(async () => {}))).rejects.toThrow('do not nest')
  })

  test('removing a job removes all that hangs on it', async () => {
    const { store, database } = here()
    await insertTurn(store)
    await store.events.append('job_1', [{ id: 'evt_1', type: 'job.queued', data: {}, createdAt: T0 }])
    await store.jobs.remove('job_1')
    const { rows } = await database.pool.query(
      'select from longhaul.turns union all select from longhaul.events union all select from longhaul.job_requests',
    )
    expect(rows).toEqual([])
  })
})

describeStores('signals', (here) => {
  test('a signal wakes all who wait for that job, once the transaction commits', async () => {
    const { store, database } = here()
    await using signals = createJobSignals(database)
    await signals.next('warm-up', { timeoutMs: 0 })
    const woken: string[] = []
    const wait = (jobId: string) => signals.next(jobId, SOON).then(() => woken.push(jobId))
    const waits = [wait('job_1'), wait('job_1'), wait('job_2')]
    await store.transaction(async (tx) => {
      await tx.signalJob('job_2')
      await tx.signalJob('job_1')
    })
    await Promise.all(waits)
    expect(woken.toSorted()).toEqual(['job_1', 'job_1', 'job_2'])
  })

  test('one that is rolled back wakes nobody', async () => {
    const { store, database } = here()
    const heard: (string | null)[] = []
    const last = Promise.withResolvers<void>()
    const unlisten = await database.listen('longhaul_job', (payload) => {
      heard.push(payload)
      if (payload === 'last') last.resolve()
    })
    await store
      .transaction(async (tx) => {
        await tx.signalJob('job_1')
        throw new Error('undone')
      })
      .catch(() => {})
    await store.signalJob('last')
    await last.promise
    await unlisten()
    expect(heard).toEqual(['last'])
  })

  test('a wait ends at its timeout, when it is aborted, and when signals are closed', async () => {
    const signals = createJobSignals(here().database)
    await signals.next('job_1', { timeoutMs: 1 })
    const aborting = new AbortController()
    const aborted = signals.next('job_1', { ...SOON, signal: aborting.signal })
    aborting.abort()
    await aborted
    await signals.next('job_1', { ...SOON, signal: AbortSignal.abort() })
    const open = signals.next('job_1', SOON)
    await signals[Symbol.asyncDispose]()
    await open
    await signals.next('job_1', SOON)
  })

  test('who listens no more hears no more', async () => {
    const { store, database } = here()
    const heard: string[] = []
    const said = Promise.withResolvers<void>()
    const first = await database.listen('longhaul_job', () => heard.push('first'))
    const second = await database.listen('longhaul_job', (payload) => {
      heard.push('second')
      if (payload === 'job_2') said.resolve()
    })
    await first()
    await store.signalJob('job_2')
    await said.promise
    await second()
    await store.signalJob('job_3')
    await store.check()
    expect(heard).toEqual(['second'])
  })
})
