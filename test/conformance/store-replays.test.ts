import { expect, test } from 'vitest'
import type { Replay } from '../../src/domain/callback-model.ts'
import type { JobEvent } from '../../src/domain/model.ts'
import { after, endpointRow, insertJob, T0 } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'
import type { TestStore } from '../support/database-stores.ts'

const replayRow = (change: Partial<Replay> = {}): Replay => ({
  id: 'rpl_1',
  tenantId: 'ten_1',
  endpointId: 'ep_1',
  since: T0,
  until: after(100),
  filter: 'missing',
  state: 'running',
  cursor: null,
  planned: 0,
  dueAt: T0,
  claimedUntil: null,
  createdAt: after(100),
  finishedAt: null,
  ...change,
})

const event = (second: number): Omit<JobEvent, 'jobId' | 'seq'> => ({
  id: `evt_${String(second).padStart(2, '0')}`,
  type: 'job.progress',
  data: {},
  createdAt: after(second),
})

/** One of our events after every three of another tenant. */
async function insertEvents({ store }: TestStore): Promise<void> {
  await insertJob(store, { id: 'job_own' })
  await insertJob(store, { id: 'job_other', tenantId: 'ten_2' })
  const seconds = Array.from({ length: 8 }, (_, second) => second)
  await store.events.append(
    'job_other',
    seconds.filter((second) => second % 4 !== 3).map((second) => event(second)),
  )
  await store.events.append('job_own', [event(3), event(7)])
}

describeStores('a walk through the events of a replay', (here) => {
  test('looks at so many of everybody\u2019s at a time, and says how far it looked, whatever it found', async () => {
    await insertEvents(here())
    const { replays } = here().store
    const first = await replays.listEvents(replayRow(), { after: null, scan: 3, limit: 10 })
    expect(first).toEqual({ found: [], next: { at: after(2), id: 'evt_02' } })
    const second = await replays.listEvents(replayRow(), { after: first.next, scan: 3, limit: 10 })
    expect(second.found.map(({ event: { id }, job }) => [id, job.id])).toEqual([['evt_03', 'job_own']])
    expect(second.next).toEqual({ at: after(5), id: 'evt_05' })
    const third = await replays.listEvents(replayRow(), { after: second.next, scan: 3, limit: 10 })
    expect(third.found[0]).toMatchObject({ event: { ...event(7), jobId: 'job_own' }, job: { tenantId: 'ten_1' } })
    expect(third.next).toBeNull()
    expect(await replays.listEvents(replayRow(), { after: { at: after(7), id: 'evt_07' }, scan: 3, limit: 10 })).toEqual({
      found: [],
      next: null,
    })
  })

  test('goes on behind the last one it gave where there are more, and ends with its span of time', async () => {
    await insertEvents(here())
    const { replays } = here().store
    const part = await replays.listEvents(replayRow(), { after: null, scan: 100, limit: 1 })
    expect(part.found.map(({ event: { id } }) => id)).toEqual(['evt_03'])
    expect(part.next).toEqual({ at: after(3), id: 'evt_03' })
    const short = await replays.listEvents(replayRow({ until: after(7) }), { after: null, scan: 100, limit: 10 })
    expect([short.found.length, short.next]).toEqual([1, null])
    const late = await replays.listEvents(replayRow({ since: after(4) }), { after: null, scan: 100, limit: 10 })
    expect(late.found.map(({ event: { id } }) => id)).toEqual(['evt_07'])
  })

  test('of a job that is deleted gives nothing', async () => {
    await insertEvents(here())
    await here().store.jobs.markDeleted('job_own', { at: T0, upstream: false })
    expect(await here().store.replays.listEvents(replayRow(), { after: null, scan: 100, limit: 10 })).toEqual({ found: [], next: null })
  })
})

describeStores('replays', (here) => {
  test('that ended long ago go, so many at a time; one that runs stays', async () => {
    const { store } = here()
    await store.endpoints.insert(endpointRow())
    const done = { state: 'done', dueAt: null } as const
    for (const row of [
      replayRow({ id: 'rpl_1', ...done, finishedAt: after(1) }),
      replayRow({ id: 'rpl_2', ...done, finishedAt: after(2) }),
      replayRow({ id: 'rpl_3', ...done, finishedAt: after(3) }),
      replayRow({ id: 'rpl_4' }),
    ]) {
      await store.replays.insert(row)
    }
    const purge = () => store.replays.purge({ before: after(3), limit: 1 })
    expect([await purge(), await purge(), await purge()]).toEqual([1, 1, 0])
    expect((await store.replays.list({ tenantId: 'ten_1', endpointId: 'ep_1' }, { limit: 10, before: null })).map(({ id }) => id)).toEqual([
      'rpl_4',
      'rpl_3',
    ])
  })
})
