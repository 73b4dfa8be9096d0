import { expect, test } from 'vitest'
import type { Endpoint, Replay } from '../../../src/domain/callback-model.ts'
import { DEFAULT_TENANT } from '../../../src/domain/principal.ts'
import { prune } from '../../../src/domain/prune.ts'
import { startReplay } from '../../../src/domain/replay-start.ts'
import { endpointRow } from '../../support/database-rows.ts'
import { eachWorld, START } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'

const world = eachWorld()

/** An endpoint that came after this many events of another tenant and, last of all, one of its own. */
async function late(w: World, others: number): Promise<{ endpoint: Endpoint; replay: Replay }> {
  const { job } = await w.submit()
  const { job: own } = await w.submit()
  const events = (jobId: string, count: number) =>
    w.sql(`insert into longhaul.events (id, job_id, seq, type, data, created_at)
      select 'evt_' || n || '${jobId}', '${jobId}', n + 10, 'job.completed', '{}', '${w.clock.now().toISOString()}' from generate_series(1, ${count}) n`)
  w.clock.advance(1)
  await events(job.id, others)
  await w.sql(`update longhaul.jobs set tenant_id = 'ten_other' where id = '${job.id}'`)
  w.clock.advance(1)
  await events(own.id, 1)
  w.clock.advance(1)
  const endpoint = endpointRow({ id: w.app.ids.next('ep'), tenantId: DEFAULT_TENANT })
  await w.app.store.endpoints.insert(endpoint)
  const wish = { endpointId: endpoint.id, tenantId: DEFAULT_TENANT, since: START, until: null, filter: 'missing' as const }
  const started = await startReplay(w.app, wish)
  if (started.outcome !== 'started') throw new Error(`the replay was not started: ${started.outcome}`)
  w.queue.clear()
  return { endpoint, replay: started.replay }
}

test('a replay of what is missing walks past everybody\u2019s events a bounded part at a time, and each part is a place to go on from', async () => {
  const w = world()
  const { replay } = await late(w, 4_500)
  const { transaction } = w.app.store
  let parts = 0
  w.app.store.transaction = async (work) => {
    parts += 1
    if (parts === 3) throw new Error('killed')
    return transaction.call(w.app.store, work) as never
  }
  await expect(w.run('replay-callbacks', { replayId: replay.id })).rejects.toThrow('killed')
  expect(await w.app.store.replays.get(replay.id)).toMatchObject({
    state: 'running',
    planned: 0,
    cursor: expect.stringMatching(/^missing\./),
  })
  w.clock.advance(61)
  expect(await w.run('replay-callbacks', { replayId: replay.id })).toBe('done')
  expect(parts).toBe(4)
  expect(await w.app.store.replays.get(replay.id)).toMatchObject({ state: 'done', planned: 1 })
})

test('a long replay gives its place up after so many parts, and another entry goes on with it', async () => {
  const w = world()
  const { replay } = await late(w, 1)
  const { replays } = w.app.store
  const { transaction } = w.app.store
  let parts = 0
  // Walks on the spot, as long as it is told to.
  w.app.store.transaction = (work) =>
    transaction.call(w.app.store, (tx) => {
      parts += 1
      const listEvents = async () => ({ found: [], next: { at: START, id: 'evt_0' } })
      return work({ ...tx, replays: { ...tx.replays, listEvents } })
    }) as never
  expect(await w.run('replay-callbacks', { replayId: replay.id })).toBe('goes_on')
  expect(parts).toBe(50)
  expect(w.queue.clear()).toEqual([{ name: 'replay-callbacks', payload: { replayId: replay.id } }])
  expect(await replays.get(replay.id)).toMatchObject({ state: 'running', claimedUntil: null })
  w.app.store.transaction = transaction
  expect(await w.run('replay-callbacks', { replayId: replay.id })).toBe('done')
})

test('replays that are done, and what was noted of hosts that failed, are kept for thirty days', async () => {
  const w = world()
  const { endpoint, replay } = await late(w, 1)
  await w.run('replay-callbacks', { replayId: replay.id })
  const at = { at: w.clock.now(), heldUntil: null }
  await w.app.store.targets.failed({ id: 'host_once', tenantId: DEFAULT_TENANT }, at)
  await w.app.store.targets.failed(endpoint, at)
  const kept = async () => [
    (await w.app.store.replays.get(replay.id))?.id,
    (await w.app.store.targets.get('host_once'))?.id,
    (await w.app.store.targets.get(endpoint.id))?.id,
  ]
  w.clock.advance(29 * 86_400)
  await prune(w.app)
  expect(await kept()).toEqual([replay.id, 'host_once', endpoint.id])
  w.clock.advance(2 * 86_400)
  await prune(w.app)
  expect(await kept()).toEqual([undefined, undefined, endpoint.id])
})
