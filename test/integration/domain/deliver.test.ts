import { describe, expect, test } from 'vitest'
import { Webhook } from 'standardwebhooks'
import { commitThenQueue } from '../../../src/domain/commit-then-queue.ts'
import type { EventType } from '../../../src/domain/job-status.ts'
import type { Delivery } from '../../../src/domain/callback-model.ts'
import type { Job } from '../../../src/domain/model.ts'
import { moveJob, tellEvents } from '../../../src/domain/move-job.ts'
import type { SendOutcome } from '../../../src/domain/ports.ts'
import { sweep } from '../../../src/domain/sweep.ts'
import { CALLBACK_SECRET, eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { replied, unreached } from '../../support/domain-parts.ts'

const world = eachWorld()
const URL = 'https://callee.test/hook'

/** A finished job with the delivery of its end. */
async function finished(w: World): Promise<{ job: Job; delivery: Delivery }> {
  const { job } = await w.submit({ callbackUrl: URL, labels: { team: 'growth' } })
  await commitThenQueue(w.app, (unit) => moveJob(w.app, unit, { job, to: 'completed' }))
  const [planned] = await w.app.store.deliveries.listForJob(job.id)
  if (planned === undefined) throw new Error('nothing was planned')
  return { job: await w.job(job.id), delivery: planned.delivery }
}

async function tell(w: World, job: Job, type: EventType): Promise<void> {
  await commitThenQueue(w.app, (unit) => tellEvents(w.app, unit, { job, events: [{ type, data: {} }] }))
}

const attemptsOf = async (w: World, job: Job) => (await w.app.store.deliveries.listForJob(job.id)).flatMap(({ attempts }) => attempts)

test('a callback is planned for the events that were asked for, in the transaction of the event', async () => {
  const w = world()
  const { job } = await w.submit({ callbackUrl: URL, callbackEvents: ['job.queued', 'job.failed'] })
  w.clock.advance(5)
  await tell(w, job, 'job.progress')
  const planned = await w.app.store.deliveries.listForJob(job.id)
  expect(planned.map(({ delivery }) => delivery)).toEqual([
    expect.objectContaining({ eventType: 'job.queued', eventSeq: 1, state: 'pending', attempts: 0, url: URL }),
  ])
  expect(w.queue.names).toEqual(['deliver', 'submit-job'])
})

test('what is sent is thin, signed and can be verified', async () => {
  const w = world()
  const { job, delivery } = await finished(w)
  expect(await w.run('deliver', { deliveryId: delivery.id })).toBe('delivered')
  const [request] = w.sender.requests
  expect(request).toMatchObject({ url: URL, headers: { 'content-type': 'application/json', 'webhook-id': delivery.id } })
  const body = JSON.parse(request?.body ?? '') as { type: string; data: object }
  expect(body).toMatchObject({ type: 'job.completed', data: { id: job.id, status: 'completed', seq: 2, labels: { team: 'growth' } } })
  const signature = new Webhook(CALLBACK_SECRET).sign(delivery.id, w.clock.now(), request?.body ?? '')
  expect(request?.headers['webhook-signature']).toBe(signature)
  expect(await attemptsOf(w, job)).toEqual([expect.objectContaining({ number: 1, status: 200, outcome: 'ok', durationMs: 12 })])
  expect(await w.run('deliver', { deliveryId: delivery.id })).toBe('nothing_to_do')
  expect(w.sender.requests).toHaveLength(1)
})

describe('a callback that is not taken', () => {
  test('is sent again by the schedule, with the same id and body and a new time, and failed when the schedule is used up', async () => {
    const w = world()
    w.sender.outcomes = [replied(500)]
    const { job, delivery } = await finished(w)
    const waits: (number | null)[] = []
    w.queue.clear()
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const outcome = await w.run('deliver', { deliveryId: delivery.id })
      const row = await w.app.store.deliveries.get(delivery.id)
      expect(outcome).toBe(attempt < 4 ? 'pending' : 'failed')
      expect(row).toMatchObject({ attempts: attempt, state: outcome, claimedUntil: null })
      waits.push(w.secondsTo(row?.dueAt ?? null))
      w.clock.advance(waits.at(-1) ?? 0)
    }
    expect(waits).toEqual([5, 300, 1_800, null])
    expect(w.queue.clear().map(({ delayMs }) => delayMs)).toEqual([5_000, 300_000, 1_800_000])
    expect(new Set(w.sender.requests.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery.id]))
    expect(new Set(w.sender.requests.map(({ body }) => body)).size).toBe(1)
    expect(new Set(w.sender.requests.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4)
    expect((await attemptsOf(w, job)).map(({ number }) => number)).toEqual([1, 2, 3, 4])
    expect(await w.run('deliver', { deliveryId: delivery.id })).toBe('nothing_to_do')
  })

  test.each([
    [0, 4],
    [0.999_999, 6],
  ])('waits a fifth less or more, as chance (%d) has it', async (chance, seconds) => {
    const w = world()
    w.sender.outcomes = [replied(503)]
    const { delivery } = await finished(w)
    w.chance = chance
    await w.run('deliver', { deliveryId: delivery.id })
    expect(w.secondsTo((await w.app.store.deliveries.get(delivery.id))?.dueAt ?? null)).toBeCloseTo(seconds, 2)
  })

  test.each([
    ['120', 120],
    ['1', 5],
    ['99999999999', 86_400],
    ['Infinity', 5],
    ['-5', 5],
    ['soon', 5],
    ['', 5],
  ])('is sent no sooner than its Retry-After %j asks, within a day', async (retryAfter, seconds) => {
    const w = world()
    w.sender.outcomes = [replied(429, { 'retry-after': retryAfter })]
    const { delivery } = await finished(w)
    await w.run('deliver', { deliveryId: delivery.id })
    expect(w.secondsTo((await w.app.store.deliveries.get(delivery.id))?.dueAt ?? null)).toBe(seconds)
  })

  test.each([
    [
      replied(302, { location: 'https://elsewhere.test' }),
      { outcome: 'redirect', status: 302, message: expect.stringContaining('not followed') },
    ],
    [replied(404), { outcome: 'status', status: 404 }],
    [unreached('blocked'), { outcome: 'blocked', status: null, message: 'it was blocked' }],
    [unreached('dns'), { outcome: 'dns', status: null }],
  ] as [SendOutcome, object][])('tells how: %o', async (sent, told) => {
    const w = world()
    w.sender.outcomes = [sent]
    const { job, delivery } = await finished(w)
    expect(await w.run('deliver', { deliveryId: delivery.id })).toBe('pending')
    expect(await attemptsOf(w, job)).toEqual([expect.objectContaining(told)])
  })

  test('is not sent early by an entry that was left over', async () => {
    const w = world()
    w.sender.outcomes = [replied(500)]
    const { delivery } = await finished(w)
    await w.run('deliver', { deliveryId: delivery.id })
    w.clock.advance(5)
    await w.run('deliver', { deliveryId: delivery.id })
    expect(await w.run('deliver', { deliveryId: delivery.id })).toBe('nothing_to_do')
    expect(w.sender.requests).toHaveLength(2)
  })

  test('has its lost entry found by the sweep, which sends it though its due time was moved on', async () => {
    const w = world()
    w.sender.outcomes = [replied(500)]
    const { delivery } = await finished(w)
    await w.run('deliver', { deliveryId: delivery.id })
    w.clock.advance(11)
    w.queue.clear()
    await sweep(w.app)
    expect(w.queue.entries).toContainEqual(expect.objectContaining({ name: 'deliver', payload: { deliveryId: delivery.id } }))
    w.sender.outcomes = [replied(204)]
    expect(await w.run('deliver', { deliveryId: delivery.id })).toBe('delivered')
  })
})

describe('an address that answers 410', () => {
  test('gets no more of the job: neither what waits nor what comes later', async () => {
    const w = world()
    const { job } = await w.submit({ callbackUrl: URL, callbackEvents: ['job.queued', 'job.in_progress', 'job.completed'] })
    await tell(w, job, 'job.in_progress')
    const planned = await w.app.store.deliveries.listForJob(job.id)
    const [first, second] = planned.toSorted((one, other) => one.delivery.eventSeq - other.delivery.eventSeq)
    w.sender.outcomes = [replied(410)]
    expect(await w.run('deliver', { deliveryId: first?.delivery.id ?? '' })).toBe('failed')
    expect(await w.run('deliver', { deliveryId: second?.delivery.id ?? '' })).toBe('nothing_to_do')
    await commitThenQueue(w.app, (unit) => moveJob(w.app, unit, { job, to: 'completed' }))
    expect((await w.app.store.deliveries.listForJob(job.id)).map(({ delivery }) => delivery.state)).toEqual(['failed', 'failed'])
    expect(w.sender.requests).toHaveLength(1)
  })

  test('does so for one job only', async () => {
    const w = world()
    const gone = await finished(w)
    const other = await finished(w)
    w.sender.outcomes = [replied(410), replied(200)]
    await w.run('deliver', { deliveryId: gone.delivery.id })
    expect(await w.run('deliver', { deliveryId: other.delivery.id })).toBe('delivered')
  })
})

test('a delivery that two workers take at once is sent once', async () => {
  const w = world()
  const { delivery } = await finished(w)
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => w.run('deliver', { deliveryId: delivery.id })))
  expect(outcomes.filter((outcome) => outcome === 'delivered')).toHaveLength(1)
  expect(w.sender.requests).toHaveLength(1)
})

test('an attempt that we broke off ourselves does not count, and is made again', async () => {
  const w = world()
  const { job, delivery } = await finished(w)
  w.queue.clear()
  w.sender.outcomes = [unreached('aborted')]
  expect(await w.run('deliver', { deliveryId: delivery.id })).toBe('handed_back')
  expect(await attemptsOf(w, job)).toEqual([])
  expect(w.queue.entries).toEqual([expect.objectContaining({ name: 'deliver', delayMs: 60_000 })])
  w.clock.advance(61)
  w.sender.outcomes = [replied(200)]
  expect(await w.run('deliver', { deliveryId: delivery.id })).toBe('delivered')
  expect(await attemptsOf(w, job)).toHaveLength(1)
})

test('a worker that dies after sending sends again with the same id', async () => {
  const w = world()
  const { job, delivery } = await finished(w)
  w.sender.during = () => {
    throw new Error('killed')
  }
  await expect(w.run('deliver', { deliveryId: delivery.id })).rejects.toThrow('killed')
  w.sender.during = () => undefined
  expect(await w.run('deliver', { deliveryId: delivery.id })).toBe('nothing_to_do')
  w.clock.advance(66)
  w.queue.clear()
  await sweep(w.app)
  expect(w.queue.entries).toContainEqual(expect.objectContaining({ name: 'deliver' }))
  expect(await w.run('deliver', { deliveryId: delivery.id })).toBe('delivered')
  expect(w.sender.requests.map(({ headers }) => headers['webhook-id'])).toEqual([delivery.id, delivery.id])
  expect(await attemptsOf(w, job)).toEqual([expect.objectContaining({ number: 1 })])
})
