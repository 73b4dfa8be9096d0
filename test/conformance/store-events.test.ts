import { expect, test } from 'vitest'
import type { JobEvent } from '../../src/domain/model.ts'
import { after, insertJob, T0 } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'

function event(id: string, change: Partial<JobEvent> = {}): Omit<JobEvent, 'jobId' | 'seq'> {
  return { id, type: 'job.progress', data: {}, createdAt: T0, ...change }
}

describeStores('events', (here) => {
  test('events are numbered on from the last, in the order they were given', async () => {
    const { store } = here()
    await insertJob(store)
    const first = await store.events.append('job_1', [
      event('evt_b', { type: 'job.queued', data: { a: [1, null, { b: 'c' }] } }),
      event('evt_a', { createdAt: after(1) }),
    ])
    expect(first).toStrictEqual([
      { id: 'evt_b', jobId: 'job_1', seq: 1, type: 'job.queued', data: { a: [1, null, { b: 'c' }] }, createdAt: T0 },
      { id: 'evt_a', jobId: 'job_1', seq: 2, type: 'job.progress', data: {}, createdAt: after(1) },
    ])
    expect(await store.events.append('job_1', [])).toEqual([])
    const [third] = await store.events.append('job_1', [event('evt_c')])
    expect(third?.seq).toBe(3)
  })

  test('each job counts for itself, and one that is gone gets no events', async () => {
    const { store } = here()
    await insertJob(store)
    await insertJob(store, { id: 'job_2' })
    await store.events.append('job_1', [event('evt_1')])
    expect((await store.events.append('job_2', [event('evt_2')]))[0]?.seq).toBe(1)
    expect(await store.events.append('job_3', [event('evt_3')])).toEqual([])
  })

  test('appends at the same time number 1 to n with no gap', async () => {
    const { store } = here()
    await insertJob(store)
    const lots = Array.from({ length: 20 }, (_, n) => [event(`evt_${n}_a`), event(`evt_${n}_b`)])
    const appended = await Promise.all(lots.map((lot) => store.events.append('job_1', lot)))
    for (const [one, other] of appended) expect(other?.seq, 'one append stays together').toBe((one?.seq ?? 0) + 1)
    const all = await store.events.list('job_1', { after: 0, limit: 100 })
    expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1))
  })

  test('an append that is rolled back leaves no gap', async () => {
    const { store } = here()
    await insertJob(store)
    const failing = store.transaction(async (tx) => {
      await tx.events.append('job_1', [event('evt_1')])
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect((await store.events.append('job_1', [event('evt_2')]))[0]?.seq).toBe(1)
  })

  test('a list goes on after a number', async () => {
    const { store } = here()
    await insertJob(store)
    await store.events.append(
      'job_1',
      ['a', 'b', 'c', 'd'].map((id) => event(id)),
    )
    const page = await store.events.list('job_1', { after: 1, limit: 2 })
    expect(page.map(({ seq }) => seq)).toEqual([2, 3])
    expect(await store.events.list('job_1', { after: 4, limit: 2 })).toEqual([])
    expect(await store.events.list('job_2', { after: 0, limit: 2 })).toEqual([])
  })
})
