import { describe, expect, test } from 'vitest'
import type { Endpoint, ReplayFilter } from '../../../src/domain/callback-model.ts'
import { sealSecrets } from '../../../src/domain/callback-secrets.ts'
import { commitThenQueue } from '../../../src/domain/commit-then-queue.ts'
import { findReplay } from '../../../src/domain/find-replays.ts'
import { moveJob } from '../../../src/domain/move-job.ts'
import { DEFAULT_TENANT } from '../../../src/domain/principal.ts'
import { prune } from '../../../src/domain/prune.ts'
import { startReplay } from '../../../src/domain/replay-start.ts'
import { sweep } from '../../../src/domain/sweep.ts'
import { eachWorld, START } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { replied } from '../../support/domain-parts.ts'

const world = eachWorld()
const ALL = { tenantId: DEFAULT_TENANT }

async function endpoint(w: World, change: Partial<Endpoint> = {}): Promise<Endpoint> {
  const at = w.clock.now()
  const row: Endpoint = {
    id: w.app.ids.next('ep'),
    tenantId: DEFAULT_TENANT,
    url: 'https://callee.test/hook',
    description: '',
    eventTypes: null,
    labels: {},
    sealedHeaders: null,
    ratePerSecond: null,
    signature: 'v1',
    sealedSecrets: sealSecrets(w.app.vault, [{ secret: `whsec_${Buffer.alloc(32, 8).toString('base64')}`, until: null }]),
    disabledAt: null,
    disabledReason: null,
    createdAt: at,
    updatedAt: at,
    ...change,
  }
  await w.app.store.endpoints.insert(row)
  return row
}

async function finished(w: World, labels: Record<string, string> = {}): Promise<string> {
  const { job } = await w.submit({ labels })
  w.clock.advance(1)
  await commitThenQueue(w.app, (unit) => moveJob(w.app, unit, { job, to: 'completed' }))
  w.clock.advance(1)
  return job.id
}

async function replay(w: World, { id }: Endpoint, filter: ReplayFilter, change: { since?: Date; until?: Date } = {}) {
  const started = await startReplay(w.app, { endpointId: id, tenantId: DEFAULT_TENANT, since: START, until: null, filter, ...change })
  if (started.outcome !== 'started') throw new Error(`the replay was not started: ${started.outcome}`)
  return started.replay
}

const progress = async (w: World, { id, endpointId }: { id: string; endpointId: string }) => {
  const found = await findReplay(w.app, { id, endpointId, tenantId: DEFAULT_TENANT })
  return found && { state: found.replay.state, planned: found.replay.planned, delivered: found.delivered, failed: found.failed }
}

const listed = async (w: World, { id }: Endpoint) =>
  (await w.app.store.deliveries.list({ ...ALL, endpointId: id }, { limit: 1_000, before: null })).map(({ delivery }) => delivery)

async function deliverAll(w: World): Promise<void> {
  w.clock.advance(1)
  for (const entry of w.queue.clear()) if (entry.name === 'deliver') await w.run('deliver', entry.payload)
}

describe('a replay of what failed', () => {
  test('asks for that alone, within its span of time, and tells how far it is', async () => {
    const w = world()
    const made = await endpoint(w)
    w.app.rules.callbackScheduleSeconds = [0]
    w.sender.outcomes = [replied(500), replied(200), replied(500), replied(200)]
    for (let job = 0; job < 3; job += 1) await finished(w)
    await deliverAll(w)
    expect((await listed(w, made)).map(({ state }) => state).toSorted()).toEqual(['delivered', 'failed', 'failed'])
    const since = new Date(START.getTime() + 2_500)
    const asked = await replay(w, made, 'failed', { since })
    expect(w.queue.clear()).toEqual([{ name: 'replay-callbacks', payload: { replayId: asked.id }, dedupe: asked.id }])
    expect(await progress(w, asked)).toEqual({ state: 'running', planned: 0, delivered: 0, failed: 0 })
    expect(await w.run('replay-callbacks', { replayId: asked.id })).toBe('done')
    expect(await progress(w, asked)).toEqual({ state: 'done', planned: 1, delivered: 0, failed: 0 })
    await deliverAll(w)
    expect(await progress(w, asked)).toEqual({ state: 'done', planned: 1, delivered: 1, failed: 0 })
    expect((await listed(w, made)).map(({ state }) => state)).toEqual(['delivered', 'delivered', 'failed'])
    expect(await w.run('replay-callbacks', { replayId: asked.id })).toBe('nothing_to_do')
  })
})

describe('a replay of what is missing', () => {
  test('makes what the endpoint would have got, with the ids it would have had: twice is once', async () => {
    const w = world()
    const jobs = [await finished(w, { team: 'a' }), await finished(w, { team: 'b' })]
    const made = await endpoint(w, { labels: { team: 'a' } })
    const there = await finished(w, { team: 'a' })
    w.queue.clear()
    const asked = await replay(w, made, 'missing')
    await w.run('replay-callbacks', { replayId: asked.id })
    const rows = await listed(w, made)
    expect(new Set(rows.map(({ jobId }) => jobId))).toEqual(new Set([jobs[0], there]))
    expect(rows).toHaveLength(2)
    expect(await progress(w, asked)).toMatchObject({ planned: 1 })
    await deliverAll(w)
    expect(await progress(w, asked)).toMatchObject({ delivered: 1 })
    expect(JSON.parse(w.sender.requests[0]?.body ?? '')).toMatchObject({ type: 'job.completed', data: { id: jobs[0], seq: 2 } })
    const again = await replay(w, made, 'missing')
    await w.run('replay-callbacks', { replayId: again.id })
    expect(await progress(w, again)).toMatchObject({ state: 'done', planned: 0 })
    expect(await listed(w, made)).toHaveLength(2)
  })

  test('goes through more than one part, and one that dies goes on where it was', async () => {
    const w = world()
    for (let job = 0; job < 3; job += 1) {
      const { job: row } = await w.submit()
      await w.app.store.events.append(
        row.id,
        Array.from({ length: 150 }, () => ({
          id: w.app.ids.next('evt'),
          type: 'job.completed' as const,
          data: {},
          createdAt: w.clock.now(),
        })),
      )
    }
    const made = await endpoint(w, { ratePerSecond: 100 })
    w.clock.advance(1)
    w.queue.clear()
    const asked = await replay(w, made, 'missing')
    const { transaction } = w.app.store
    let parts = 0
    w.app.store.transaction = async (work) => {
      parts += 1
      if (parts === 2) throw new Error('killed')
      return transaction.call(w.app.store, work) as never
    }
    await expect(w.run('replay-callbacks', { replayId: asked.id })).rejects.toThrow('killed')
    w.app.store.transaction = transaction
    const first = (await progress(w, asked))?.planned ?? 0
    expect(first).toBeGreaterThan(100)
    expect(first).toBeLessThanOrEqual(200)
    expect(await w.run('replay-callbacks', { replayId: asked.id })).toBe('nothing_to_do')
    w.clock.advance(66)
    w.queue.clear()
    await sweep(w.app)
    expect(w.queue.entries).toContainEqual(expect.objectContaining({ name: 'replay-callbacks', payload: { replayId: asked.id } }))
    expect(await w.run('replay-callbacks', { replayId: asked.id })).toBe('done')
    expect(await progress(w, asked)).toMatchObject({ state: 'done', planned: 450 })
    expect(await listed(w, made)).toHaveLength(450)
  })

  test('is paced: at the rate of the endpoint, or fifty a second', async () => {
    const w = world()
    const { job } = await w.submit()
    const events = Array.from({ length: 100 }, () => ({
      id: w.app.ids.next('evt'),
      type: 'job.completed' as const,
      data: {},
      createdAt: w.clock.now(),
    }))
    await w.app.store.events.append(job.id, events)
    const [paced, plain] = [await endpoint(w, { ratePerSecond: 10 }), await endpoint(w)]
    w.clock.advance(1)
    for (const [made, last] of [
      [paced, 9_900],
      [plain, 1_980],
    ] as const) {
      w.queue.clear()
      await w.run('replay-callbacks', { replayId: (await replay(w, made, 'missing')).id })
      const entries = w.queue.clear().filter(({ name }) => name === 'deliver')
      const delays = entries.map(({ delayMs }) => delayMs ?? 0)
      expect(delays).toHaveLength(100)
      expect(Math.max(...delays)).toBe(last)
    }
  })
})

test('a replay of all sends what was delivered again, and what is missing too; what is pending is left', async () => {
  const w = world()
  await finished(w)
  const made = await endpoint(w)
  await finished(w)
  await deliverAll(w)
  await finished(w)
  w.queue.clear()
  const asked = await replay(w, made, 'all')
  await w.run('replay-callbacks', { replayId: asked.id })
  expect(await progress(w, asked)).toMatchObject({ state: 'done', planned: 2 })
  await deliverAll(w)
  expect(await progress(w, asked)).toMatchObject({ delivered: 2 })
})

test('a replay is refused to an endpoint that is disabled, unknown or has three under way, and ends when it is disabled', async () => {
  const w = world()
  const made = await endpoint(w)
  const ask = (id = made.id, tenantId = DEFAULT_TENANT) =>
    startReplay(w.app, { endpointId: id, tenantId, since: START, until: null, filter: 'all' })
  expect(await ask(undefined, 'ten_other')).toEqual({ outcome: 'unknown' })
  const first = await replay(w, made, 'all')
  await replay(w, made, 'all')
  await replay(w, made, 'all')
  expect(await ask()).toEqual({ outcome: 'too_many', most: 3 })
  await w.app.store.endpoints.update(made.id, { disabledAt: w.clock.now(), disabledReason: 'by_owner' })
  expect(await ask()).toEqual({ outcome: 'disabled' })
  expect(await w.run('replay-callbacks', { replayId: first.id })).toBe('done')
  expect(await findReplay(w.app, { id: first.id, endpointId: 'ep_other', tenantId: DEFAULT_TENANT })).toBeNull()
})

test('attempts are kept for thirty days, but for those of what is pending; what is of no job goes with them', async () => {
  const w = world()
  const made = await endpoint(w)
  await finished(w)
  await deliverAll(w)
  const [delivered] = await listed(w, made)
  w.sender.outcomes = [replied(500)]
  await finished(w)
  await deliverAll(w)
  const [pending] = await listed(w, made)
  await w.app.store.deliveries.insert([{ ...delivered!, id: w.app.ids.next('dlv'), jobId: null, origin: 'test', payload: '{}' }])
  w.clock.advance(29 * 86_400)
  await prune(w.app)
  expect(await listed(w, made)).toHaveLength(3)
  expect(await w.app.store.deliveries.listAttempts(delivered?.id ?? '')).toHaveLength(1)
  w.clock.advance(2 * 86_400)
  await prune(w.app)
  expect((await listed(w, made)).map(({ id }) => id)).toEqual([pending?.id, delivered?.id])
  expect(await w.app.store.deliveries.listAttempts(delivered?.id ?? '')).toEqual([])
  expect(await w.app.store.deliveries.listAttempts(pending?.id ?? '')).toHaveLength(1)
})
