import { describe, expect, test } from 'vitest'
import type { Delivery, Endpoint } from '../../../src/domain/callback-model.ts'
import { sealHeaders, sealSecrets } from '../../../src/domain/callback-secrets.ts'
import { targetOf } from '../../../src/domain/callback-target.ts'
import { DEFAULT_TENANT } from '../../../src/domain/principal.ts'
import type { MadeAttempt } from '../../../src/domain/callback-store.ts'
import { deliver } from '../../../src/domain/deliver.ts'
import { StoreUnavailableError } from '../../../src/domain/errors.ts'
import { redeliver } from '../../../src/domain/redeliver.ts'
import { sweep } from '../../../src/domain/sweep.ts'
import { signWebhook } from '../../../src/signing/index.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { replied, unreached } from '../../support/domain-parts.ts'

const world = eachWorld()
const SECRET = `whsec_${Buffer.alloc(32, 8).toString('base64')}`
const DAY = 86_400

type Latch = PromiseWithResolvers<void>

async function endpoint(w: World, change: Partial<Endpoint> = {}): Promise<Endpoint> {
  const at = w.clock.now()
  const row: Endpoint = {
    id: w.app.ids.next('ep'),
    tenantId: DEFAULT_TENANT,
    url: 'https://callee.test/hook',
    description: '',
    eventTypes: ['*'],
    labels: {},
    sealedHeaders: null,
    ratePerSecond: null,
    signature: 'v1',
    sealedSecrets: sealSecrets(w.app.vault, [{ secret: SECRET, until: null }]),
    disabledAt: null,
    disabledReason: null,
    createdAt: at,
    updatedAt: at,
    ...change,
  }
  await w.app.store.endpoints.insert(row)
  return row
}

/** Deliveries to an endpoint, of no job unless told. */
async function plan(w: World, { id, url }: Endpoint, ...changes: Partial<Delivery>[]): Promise<Delivery[]> {
  const at = w.clock.now()
  const address = { tenantId: DEFAULT_TENANT, endpointId: id, url }
  const rows = changes.map((change, index): Delivery => ({
    ...address,
    id: w.app.ids.next('dlv'),
    jobId: null,
    targetId: targetOf(address),
    origin: 'event',
    eventSeq: index + 1,
    eventType: 'job.completed',
    payload: `{"seq":${index + 1}}`,
    state: 'pending',
    attempts: 0,
    tries: 0,
    dueAt: at,
    claimedUntil: null,
    createdAt: at,
    finishedAt: null,
    endReason: null,
    ...change,
  }))
  await w.app.store.deliveries.insert(rows)
  return rows
}

const many = (count: number): Partial<Delivery>[] => Array.from({ length: count }, () => ({}))
const run = (w: World, delivery: Delivery | undefined) => w.run('deliver', { deliveryId: delivery?.id ?? '' })
const stateOf = async (w: World, delivery: Delivery | undefined) => (await w.app.store.deliveries.get(delivery?.id ?? ''))?.state
const bodies = (w: World) => w.sender.requests.map(({ body }) => body)

test('an endpoint is sent to where it is now, with its own headers, which cannot put on our own', async () => {
  const w = world()
  const made = await endpoint(w, { sealedHeaders: sealHeaders(w.app.vault, { authorization: 'Bearer x', 'webhook-id': 'forged' }) })
  const [delivery] = await plan(w, made, {})
  await w.app.store.endpoints.update(made.id, { url: 'https://moved.test/hook' })
  expect(await run(w, delivery)).toBe('delivered')
  expect(w.sender.requests[0]).toMatchObject({
    url: 'https://moved.test/hook',
    headers: { authorization: 'Bearer x', 'webhook-id': delivery?.id, 'user-agent': 'Longhaul/1 (+webhooks)' },
  })
  expect(await w.app.store.deliveries.get(delivery?.id ?? '')).toMatchObject({ url: 'https://moved.test/hook' })
})

describe('an endpoint that answers 410', () => {
  test('is disabled, nothing more is sent to it, and the others that want to know are told', async () => {
    const w = world()
    const gone = await endpoint(w)
    const [curious] = [await endpoint(w, { eventTypes: ['endpoint.disabled'] }), await endpoint(w, { eventTypes: ['job.completed'] })]
    const [first, second] = await plan(w, gone, {}, {})
    w.sender.outcomes = [replied(410)]
    expect(await run(w, first)).toBe('failed')
    expect(await w.app.store.endpoints.get(gone.id)).toMatchObject({ disabledReason: 'gone', disabledAt: w.clock.now() })
    expect([await stateOf(w, first), await stateOf(w, second)]).toEqual(['failed', 'failed'])
    expect(w.sender.requests).toHaveLength(1)
    const notices = w.queue.entries.filter(({ name }) => name === 'deliver')
    expect(notices).toEqual([expect.objectContaining({ payload: expect.objectContaining({ targetId: curious.id }) })])
    w.sender.outcomes = [replied(204)]
    expect(await w.run('deliver', notices[0]?.payload as { deliveryId: string })).toBe('delivered')
    expect(JSON.parse(w.sender.requests.at(-1)?.body ?? '')).toMatchObject({
      type: 'endpoint.disabled',
      data: { id: gone.id, object: 'endpoint', disabled_reason: 'gone' },
    })
    expect(w.told).toContainEqual(expect.objectContaining({ level: 'warn', message: 'endpoint.disabled' }))
  })
})

describe('an endpoint that takes nothing', () => {
  test('is disabled after five days, and told of once', async () => {
    const w = world()
    const dead = await endpoint(w)
    const other = await endpoint(w, { eventTypes: ['endpoint.*'] })
    w.sender.outcomes = [replied(500)]
    const [early] = await plan(w, dead, {})
    await run(w, early)
    w.clock.advance(5 * DAY - 1)
    const [late] = await plan(w, dead, {})
    await run(w, late)
    expect((await w.app.store.endpoints.get(dead.id))?.disabledAt).toBeNull()
    w.clock.advance(1)
    const last = await plan(w, dead, {}, {})
    await run(w, last[0])
    expect(await w.app.store.endpoints.get(dead.id)).toMatchObject({ disabledReason: 'failing' })
    expect(await stateOf(w, last[1])).toBe('failed')
    const told = await w.app.store.deliveries.list({ tenantId: DEFAULT_TENANT, endpointId: other.id }, { limit: 10, before: null })
    expect(told).toHaveLength(1)
  })

  test('and then takes one has five days again', async () => {
    const w = world()
    const shaky = await endpoint(w)
    const [first] = await plan(w, shaky, {})
    w.sender.outcomes = [replied(500)]
    await run(w, first)
    w.clock.advance(5 * DAY)
    const [second, third] = await plan(w, shaky, {}, {})
    w.sender.outcomes = [replied(200), replied(500)]
    await run(w, second)
    await run(w, third)
    expect((await w.app.store.endpoints.get(shaky.id))?.disabledAt).toBeNull()
  })
})

test.each([
  [
    'disabled by its owner',
    (w: World, id: string) => w.app.store.endpoints.update(id, { disabledAt: w.clock.now(), disabledReason: 'by_owner' }),
  ],
  ['deleted', (w: World, id: string) => w.app.store.endpoints.remove(id)],
])('what waits for an endpoint that was %s ends when its turn comes, without an attempt', async (_, end) => {
  const w = world()
  const made = await endpoint(w)
  const planned = await plan(w, made, {}, {}, {})
  await end(w, made.id)
  expect(await run(w, planned[0])).toBe('failed')
  expect(await Promise.all(planned.map((one) => stateOf(w, one)))).toEqual(['failed', 'failed', 'failed'])
  expect(w.sender.requests).toEqual([])
})

describe('a target that asks for less', () => {
  test.each([429, 502, 503, 504])('by %i has its other deliveries wait too, with no attempt counted', async (status) => {
    const w = world()
    const busy = await endpoint(w)
    const [first, second, third] = await plan(w, busy, {}, {}, {})
    w.sender.outcomes = [replied(status, { 'retry-after': '120' })]
    await run(w, first)
    expect(await run(w, second)).toBe('nothing_to_do')
    w.clock.advance(119)
    expect(await run(w, third)).toBe('nothing_to_do')
    expect(await w.app.store.deliveries.get(second?.id ?? '')).toMatchObject({ attempts: 0, tries: 0, state: 'pending' })
    w.clock.advance(1)
    w.sender.outcomes = [replied(200)]
    expect(await run(w, second)).toBe('delivered')
    // What waited for that goes at once, with no entry of its own.
    expect(await Promise.all([first, second, third].map((one) => stateOf(w, one)))).toEqual(['delivered', 'delivered', 'delivered'])
  })

  test('is left alone by the sweep until then, however much waits for it, and then tried with one', async () => {
    const w = world()
    const busy = await endpoint(w)
    const planned = await plan(w, busy, ...many(60))
    w.sender.outcomes = [unreached('timeout')]
    await run(w, planned[0])
    await w.app.store.targets.failed(busy, { at: w.clock.now(), heldUntil: new Date(w.clock.now().getTime() + 600_000) })
    w.queue.clear()
    w.clock.advance(300)
    await sweep(w.app)
    expect(w.queue.clear()).toEqual([])
    w.clock.advance(306)
    await sweep(w.app)
    expect(w.queue.names).toEqual(['deliver'])
    const untouched = await w.app.store.deliveries.listDue(busy.id, { now: w.clock.now(), limit: 100 })
    expect(untouched).toHaveLength(59)
  })

  test('holds back no other target', async () => {
    const w = world()
    const [busy, fine] = [await endpoint(w), await endpoint(w)]
    const [slow] = await plan(w, busy, {})
    const [quick] = await plan(w, fine, {})
    w.sender.outcomes = [replied(429, { 'retry-after': '3600' }), replied(200)]
    await run(w, slow)
    expect(await run(w, quick)).toBe('delivered')
  })
})

describe('several deliveries to one endpoint', () => {
  test('wait in memory while one is under way, and are sent by whoever is done', async () => {
    const w = world()
    const made = await endpoint(w)
    const planned = await plan(w, made, ...many(40))
    const arrived = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    w.sender.during = () => {
      arrived.resolve()
      return release.promise
    }
    const first = run(w, planned[0])
    await arrived.promise
    expect(new Set(await Promise.all(planned.slice(1).map((one) => run(w, one))))).toEqual(new Set(['waiting']))
    expect(w.sender.requests).toHaveLength(1)
    release.resolve()
    expect(await first).toBe('delivered')
    expect(new Set(await Promise.all(planned.map((one) => stateOf(w, one))))).toEqual(new Set(['delivered']))
    expect(w.sender.requests).toHaveLength(40)
  })

  test('that hangs takes one place, and never one from another', async () => {
    const w = world()
    const [hanging, good] = [await endpoint(w, { url: 'https://hang.test/' }), await endpoint(w, { url: 'https://good.test/' })]
    const stuck = await plan(w, hanging, ...many(5))
    const fine = await plan(w, good, ...many(5))
    const end = Promise.withResolvers<void>()
    w.sender.during = ({ url }) => (url.includes('hang') ? end.promise : undefined)
    const outcomes = stuck.map((one) => run(w, one))
    for (const one of fine) await run(w, one)
    expect(await Promise.all(fine.map((one) => stateOf(w, one)))).toEqual(many(5).map(() => 'delivered'))
    expect(w.sender.requests.filter(({ url }) => url.includes('hang'))).toHaveLength(1)
    end.resolve()
    await Promise.all(outcomes)
  })
})

describe('events of one job', () => {
  test('reach one endpoint in their order, each let go by the one before', async () => {
    const w = world()
    const made = await endpoint(w, { eventTypes: ['job.completed'] })
    const { job } = await w.submit()
    const planned = await plan(w, made, ...many(4).map(() => ({ jobId: job.id })))
    expect(await run(w, planned[2])).toBe('nothing_to_do')
    expect(await run(w, planned[0])).toBe('delivered')
    expect(bodies(w)).toEqual(['{"seq":1}', '{"seq":2}', '{"seq":3}', '{"seq":4}'])
  })

  test('carry on past one that is stuck', async () => {
    const w = world()
    const made = await endpoint(w, { eventTypes: ['job.completed'] })
    const { job } = await w.submit()
    const planned = await plan(w, made, ...many(3).map(() => ({ jobId: job.id })))
    w.sender.outcomes = [replied(500), replied(200)]
    expect(await run(w, planned[0])).toBe('pending')
    expect(await Promise.all(planned.map((one) => stateOf(w, one)))).toEqual(['pending', 'delivered', 'delivered'])
    w.clock.advance(5)
    expect(await run(w, planned[0])).toBe('delivered')
    expect(bodies(w)).toEqual(['{"seq":1}', '{"seq":2}', '{"seq":3}', '{"seq":1}'])
  })

  test('go on by the sweep where the process died that was to let them go', async () => {
    const w = world()
    const made = await endpoint(w, { eventTypes: ['job.completed'] })
    const { job } = await w.submit()
    const [first, second] = await plan(w, made, { jobId: job.id }, { jobId: job.id })
    await w.app.store.deliveries.recordAttempt(
      {
        deliveryId: first?.id ?? '',
        number: 1,
        startedAt: w.clock.now(),
        durationMs: 1,
        status: 200,
        outcome: 'ok',
        message: null,
        replyHeaders: {},
        replyBody: '',
      },
      { state: 'delivered', dueAt: null, finishedAt: w.clock.now() },
    )
    w.queue.clear()
    w.clock.advance(6)
    await sweep(w.app)
    expect(w.queue.entries).toContainEqual(expect.objectContaining({ name: 'deliver', payload: { deliveryId: second?.id } }))
    expect(await run(w, second)).toBe('delivered')
  })
})

test('an endpoint with a rate is sent to at that rate', async () => {
  const w = world()
  const made = await endpoint(w, { ratePerSecond: 4 })
  const planned = await plan(w, made, ...many(9))
  const times: number[] = []
  w.sender.during = () => void times.push(w.clock.now().getTime())
  const first = run(w, planned[0])
  const others = planned.slice(1).map((one) => run(w, one))
  const passing = (async () => {
    while ((await stateOf(w, planned[8])) === 'pending') {
      w.clock.advance(0.05)
      for (const entry of w.queue.clear()) if (entry.name === 'deliver') void w.run('deliver', entry.payload)
      await new Promise(setImmediate)
    }
  })()
  await Promise.all([first, ...others, passing])
  const gaps = times
    .toSorted((a, b) => a - b)
    .slice(1)
    .map((at, index) => at - (times.toSorted((a, b) => a - b)[index] ?? 0))
  expect(times).toHaveLength(9)
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(200)
  for (const at of times) expect(times.filter((other) => other >= at && other < at + 1_000).length).toBeLessThanOrEqual(5)
})

describe('a delivery that is asked for again', () => {
  test('is sent with the same id and body and a new signature, with the whole schedule before it, its attempts numbered on', async () => {
    const w = world()
    const made = await endpoint(w)
    const [delivery] = await plan(w, made, {})
    const id = delivery?.id ?? ''
    await run(w, delivery)
    w.clock.advance(600)
    expect(await redeliver(w.app, { id, tenantId: DEFAULT_TENANT })).toMatchObject({
      outcome: 'asked',
      delivery: { state: 'pending', tries: 0 },
    })
    expect(w.queue.last()).toEqual({ name: 'deliver', payload: { deliveryId: id, targetId: made.id } })
    w.sender.outcomes = [replied(500), replied(200)]
    expect(await run(w, delivery)).toBe('pending')
    expect(w.secondsTo((await w.app.store.deliveries.get(id))?.dueAt ?? null)).toBe(5)
    w.clock.advance(5)
    expect(await run(w, delivery)).toBe('delivered')
    expect((await w.app.store.deliveries.listAttempts(id)).map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'ok'],
      [2, 'status'],
      [3, 'ok'],
    ])
    const [one, , three] = w.sender.requests
    expect(three).toMatchObject({ body: one?.body, headers: { 'webhook-id': id } })
    expect(three?.headers['webhook-signature']).not.toBe(one?.headers['webhook-signature'])
  })

  test('is refused where nothing can be sent, and unknown to other tenants', async () => {
    const w = world()
    const made = await endpoint(w)
    const [delivery, tried] = await plan(w, made, { state: 'failed' }, { origin: 'test', state: 'failed' })
    const ask = (id = delivery?.id ?? '', tenantId = DEFAULT_TENANT) => redeliver(w.app, { id, tenantId })
    expect(await ask(undefined, 'ten_other')).toEqual({ outcome: 'unknown' })
    expect(await ask('dlv_never')).toEqual({ outcome: 'unknown' })
    expect(await ask(tried?.id)).toEqual({ outcome: 'not_repeated' })
    await w.app.store.endpoints.update(made.id, { disabledAt: w.clock.now(), disabledReason: 'gone' })
    expect(await ask()).toEqual({ outcome: 'disabled', endpointId: made.id })
    await w.app.store.endpoints.remove(made.id)
    expect(await ask()).toEqual({ outcome: 'endpoint_gone' })
    expect(await stateOf(w, delivery)).toBe('failed')
  })
})

test('a database that goes away while an endpoint is sent to fails the entry, and nothing beside it', async () => {
  const w = world()
  const { id: targetId, ...target } = await endpoint(w)
  const [first, second] = await plan(w, { id: targetId, ...target }, {}, {})
  const [sendingSecond, failed, goneAgain] = Array.from({ length: 3 }, () => Promise.withResolvers<void>()) as [Latch, Latch, Latch]
  const replies = [
    async () => replied(200),
    async () => {
      sendingSecond.resolve()
      await failed.promise
      return replied(200)
    },
  ]
  const recordAttempts = async (made: MadeAttempt[]): Promise<never> => {
    await sendingSecond.promise
    if (made.some(({ attempt }) => attempt.deliveryId === second?.id)) goneAgain.resolve()
    throw new StoreUnavailableError('away')
  }
  const app = {
    ...w.app,
    sender: { ...w.app.sender, send: () => replies.shift()?.() ?? Promise.resolve(replied(200)) },
    store: { ...w.app.store, deliveries: { ...w.app.store.deliveries, recordAttempts } },
  }
  const enter = (deliveryId = ''): Promise<unknown> =>
    deliver(app, { deliveryId, targetId, sign: signWebhook, signal: new AbortController().signal })
  const sent = enter(first?.id)
  expect(await enter(second?.id)).toEqual({ outcome: 'waiting' })
  await expect(sent).rejects.toThrow('away')
  failed.resolve()
  await goneAgain.promise // a rejection that nobody heard would end the process, and this run
})
