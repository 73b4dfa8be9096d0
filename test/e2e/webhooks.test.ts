import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signWebhook } from '../../src/signing/index.ts'
import { startCallbackSink } from '../support/callback-sink.ts'
import type { CallbackSink } from '../support/callback-sink.ts'
import type { Body } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { requests } from '../support/requests.ts'
import { startSetup } from '../support/setups.ts'
import type { SetupHost } from '../support/setups.ts'
import { startTestApp, WEBHOOK_SECRET } from '../support/start-app.ts'
import type { TestApp } from '../support/start-app.ts'

let host: SetupHost
let here: TestApp
let sink: CallbackSink

beforeAll(async () => {
  host = await startSetup('embedded')
  // Polling is out of the way: what ends here, ended by its webhook.
  here = await startTestApp(host, { env: { POLL_FIRST_SECONDS: '599', POLL_MAX_SECONDS: '599' } })
  sink = await startCallbackSink()
})
afterAll(async () => {
  for (const part of [here, sink, host]) await part?.[Symbol.asyncDispose]()
})

let count = 0
interface Told {
  responseId: string
  type?: string
  webhookId?: string
  /** Of the event; the delivery is stamped with this moment. */
  createdAt?: Date
  stampedAt?: Date
}

async function deliver({
  responseId,
  type = 'response.completed',
  webhookId = `wh_e2e_${(count += 1)}`,
  createdAt = new Date(),
  stampedAt = new Date(),
}: Told): Promise<number> {
  const second = Math.floor(createdAt.getTime() / 1000)
  const body = `{"id": "evt_${responseId}", "object": "event", "created_at": ${second}, "type": "${type}", "data": {"id": "${responseId}"}}`
  const signature = signWebhook({ id: webhookId, timestamp: stampedAt, body, secret: WEBHOOK_SECRET })
  const headers = { 'content-type': 'application/json', ...signature }
  return (await fetch(`${here.url}/webhooks/openai`, { method: 'POST', headers, body })).status
}

/** A job whose response runs, and of which OpenAI will not speak by itself. */
async function running(scenario: string): Promise<{ id: string; responseId: string }> {
  const { id } = await here.api.submit({ request: requests.image({ sandbox_scenario: scenario }), callback_url: sink.url })
  const responseId = await eventually(async () => ((await here.api.call(`/v1/jobs/${id}`)).body.response_id as string | null) ?? undefined)
  return { id, responseId }
}

/** The same, once its response is done at OpenAI. */
async function done(scenario = 'webhook_none'): Promise<{ id: string; responseId: string }> {
  const job = await running(scenario)
  await eventually(() => (here.sandbox.state.responses.get(job.responseId)?.body.status === 'completed' ? true : undefined))
  expect((await here.api.call(`/v1/jobs/${job.id}`)).body.status).not.toBe('completed')
  return job
}

const inboxOf = async (responseId: string): Promise<Body[]> =>
  (await here.api.call('/v1/inbox?limit=100')).body.data.filter((entry: Body) => entry.response_id === responseId)
const retrievesOf = (responseId: string): number =>
  here.sandbox.state.requests.filter(({ method, path }) => method === 'GET' && path.includes(responseId)).length

async function expectEndedOnce(id: string): Promise<void> {
  const job = await here.api.settled(id)
  expect(job).toMatchObject({ status: 'completed', artifacts: [{ kind: 'image', status: 'stored' }] })
  expect(job.artifacts).toHaveLength(1)
  const types = (await here.api.call(`/v1/jobs/${id}/events`)).body.data.map(({ type }: Body) => type)
  expect(types.filter((type: string) => type === 'job.completed')).toEqual(['job.completed'])
  await sink.waitFor(id, 'job.completed')
  const told = sink.received.filter(({ event }) => event.data.id === id).map(({ headers }) => headers['webhook-id'])
  expect(new Set(told).size).toBe(1)
  expect(here.sandbox.state.createsFor(id)).toBe(1)
}

describe("OpenAI's webhook", () => {
  test('that comes fifty times at once is acknowledged each time, kept once and looked into once', async () => {
    const { id, responseId } = await done()
    const statuses = await Promise.all(Array.from({ length: 50 }, () => deliver({ responseId, webhookId: 'wh_e2e_same' })))
    expect(new Set(statuses)).toEqual(new Set([200]))
    await expectEndedOnce(id)
    expect(await inboxOf(responseId)).toEqual([expect.objectContaining({ webhook_id: 'wh_e2e_same', outcome: 'handled' })])
    expect(retrievesOf(responseId)).toBe(1)
  })

  test('that comes under many ids, as from two endpoints, ends its job once', async () => {
    const { id, responseId } = await done()
    const statuses = await Promise.all(Array.from({ length: 20 }, () => deliver({ responseId })))
    expect(new Set(statuses)).toEqual(new Set([200]))
    await expectEndedOnce(id)
    await eventually(async () => {
      expect((await inboxOf(responseId)).map(({ outcome }) => outcome)).toEqual(Array.from({ length: 20 }, () => 'handled'))
      return true
    })
    await expectEndedOnce(id)
  })

  test('that comes in the wrong order, or says what is not so, is a hint and not the status', async () => {
    const { id, responseId } = await running('stuck_in_progress')
    for (const type of ['response.completed', 'response.failed']) expect(await deliver({ responseId, type })).toBe(200)
    await eventually(async () => ((await inboxOf(responseId)).every(({ outcome }) => outcome === 'handled') ? true : undefined))
    await eventually(() => (retrievesOf(responseId) > 0 ? true : undefined))
    expect((await here.api.settled(id, ['in_progress'])).error).toBeNull()
    await here.sandbox.state.finish(responseId)
    await expectEndedOnce(id)
    for (const type of ['response.in_progress', 'response.queued', 'response.cancelled'])
      expect(await deliver({ responseId, type })).toBe(200)
    await eventually(async () => ((await inboxOf(responseId)).every(({ outcome }) => outcome === 'handled') ? true : undefined))
    await expectEndedOnce(id)
  })

  test('that comes days late is taken, for it is stamped anew; one stamped days ago is not', async () => {
    const { id, responseId } = await done()
    const daysAgo = new Date(Date.now() - 3 * 86_400_000)
    expect(await deliver({ responseId, createdAt: daysAgo, stampedAt: daysAgo })).toBe(400)
    expect(await inboxOf(responseId)).toEqual([])
    expect(await deliver({ responseId, createdAt: daysAgo })).toBe(200)
    await expectEndedOnce(id)
  })

  test('that comes before the answer to the create is known again once that is there', async () => {
    const { id, responseId } = await running('webhook_early')
    await expectEndedOnce(id)
    const [entry] = await inboxOf(responseId)
    const submitted = (await here.api.call(`/v1/jobs/${id}/events`)).body.data.find(({ type }: Body) => type === 'job.submitted')
    expect(Date.parse(entry.received_at)).toBeLessThanOrEqual(Date.parse(submitted.created_at))
  })

  test('that only one of two endpoints can deliver is enough', async () => {
    const admin = { 'content-type': 'application/json', authorization: 'Bearer sk-test' }
    const fields = { name: 'other', url: `${here.url}/webhooks/openai`, event_types: ['response.completed'] }
    const made = await fetch(`${here.sandbox.url}/webhook_endpoints`, { method: 'POST', headers: admin, body: JSON.stringify(fields) })
    const { id: endpointId } = (await made.json()) as { id: string }
    const { id, responseId } = await running('text_odd')
    await expectEndedOnce(id)
    await fetch(`${here.sandbox.url}/webhook_endpoints/${endpointId}`, { method: 'DELETE', headers: admin })
    const statuses = here.sandbox.state.deliveries
      .filter((one) => one.responseId === responseId)
      .map((one) => [one.endpointId === endpointId, one.status])
    expect(statuses).toContainEqual([true, 400]) // its secret is not set here
    expect(statuses).toContainEqual([false, 200])
  })

  test('that comes amid forged, stale, unreadable and foreign ones is the one that counts, and each gets its answer', async () => {
    const answers: Record<string, number> = {
      webhook_stale: 400,
      webhook_future: 400,
      webhook_forged: 400,
      webhook_unsigned: 400,
      webhook_not_json: 200,
      webhook_huge: 413,
      webhook_unknown_type: 200,
      webhook_foreign: 200,
    }
    const { id, responseId } = await running(Object.keys(answers).join())
    await expectEndedOnce(id)
    const flawed = here.sandbox.state.deliveries.flatMap(({ flaw, status }) =>
      flaw !== null && flaw in answers ? [[flaw, status] as const] : [],
    )
    expect(Object.fromEntries(flawed)).toEqual(answers)
    expect((await inboxOf(responseId)).map(({ event_type: type }) => String(type)).sort()).toEqual([
      'response.completed',
      'response.pondered',
    ])
  })
})

test('a webhook that never comes, though it is expected, is made up for by polling', async () => {
  await using place = await startSetup('embedded')
  await using polled = await startTestApp(place)
  const job = await polled.api.settled((await polled.api.submit({ request: requests.image({ sandbox_scenario: 'webhook_none' }) })).id)
  expect(job).toMatchObject({ status: 'completed', artifacts: [{ status: 'stored' }] })
  expect(polled.sandbox.state.deliveries).toEqual([])
})
