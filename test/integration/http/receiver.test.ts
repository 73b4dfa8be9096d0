import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { StoreUnavailableError } from '../../../src/domain/errors.ts'
import { signWebhook } from '../../../src/signing/index.ts'
import { eventually } from '../../support/eventually.ts'
import { httpClient } from '../../support/http-client.ts'
import type { HttpClient } from '../../support/http-client.ts'
import { WEBHOOK_SECRET, secretsOf, startTestHttp } from '../../support/http-context.ts'
import type { TestHttp } from '../../support/http-context.ts'

const NEXT_SECRET = `whsec_${Buffer.alloc(32, 8).toString('base64')}`

let http: TestHttp
let door: HttpClient
beforeAll(async () => {
  http = await startTestHttp(() => ({ webhookSecrets: { default: [...secretsOf(WEBHOOK_SECRET), ...secretsOf(NEXT_SECRET)] } }))
  door = httpClient({ url: http.url, key: '' })
})
afterAll(() => http[Symbol.asyncDispose]())

let count = 0
/** With a space behind each colon, as OpenAI writes it: what is read and written again would not verify. */
function event({
  body,
  id = `wh_${(count += 1)}`,
  secret = WEBHOOK_SECRET,
  at = new Date(),
}: { body?: string; id?: string; secret?: string; at?: Date } = {}) {
  const sent = body ?? `{"id": "evt_1", "object": "event", "type": "response.completed", "data": {"id": "resp_${id}"}}`
  return { id, body: sent, headers: { 'content-type': 'application/json', ...signWebhook({ id, timestamp: at, body: sent, secret }) } }
}

const send = (delivery: { body: string | Uint8Array; headers: Record<string, string> }, path = '/webhooks/openai') =>
  door.call(path, { method: 'POST', body: delivery.body, headers: delivery.headers })
const received = async (webhookId: string) =>
  (await http.api.call('/v1/inbox?limit=100')).body.data.filter((entry: { webhook_id: string }) => entry.webhook_id === webhookId)
const refused = async () => (await http.api.call('/v1/inbox?refused=true&limit=100')).body.data

describe('a webhook from OpenAI', () => {
  test('is stored as it came, acknowledged, and named to the queue', async () => {
    const delivery = event()
    const { status, body } = await send(delivery)
    expect([status, body]).toEqual([200, { received: true }])
    const [entry] = await received(delivery.id)
    expect(entry).toMatchObject({
      event_type: 'response.completed',
      response_id: `resp_${delivery.id}`,
      outcome: null,
      body: delivery.body,
      account: 'default',
    })
    expect(http.queued).toContainEqual({ name: 'handle-event', payload: { inboxId: entry.id }, dedupe: entry.id })
  })

  test('that comes again is acknowledged, stored once and queues nothing', async () => {
    const delivery = event()
    await send(delivery)
    const before = http.queued.length
    expect((await send(delivery)).status).toBe(200)
    expect(await received(delivery.id)).toHaveLength(1)
    expect(http.queued.length).toBe(before)
  })

  test('is good by any secret that is set', async () => {
    expect((await send(event({ secret: NEXT_SECRET }))).status).toBe(200)
  })

  test('may be of a type that nobody knows', async () => {
    expect((await send(event({ body: '{"type":"video.completed","data":{"id":"video_1"}}' }))).status).toBe(200)
  })

  test.each(['', 'no JSON', '[]', 'null', '"x"', '{"data":', '\u0000{"a":"\u0000"}'])(
    'that holds %j is kept aside and acknowledged',
    async (body) => {
      if (body === '') return expect((await send(event({ body }))).status).toBe(200)
      const delivery = event({ body })
      expect((await send(delivery)).status).toBe(200)
      expect((await received(delivery.id))[0].outcome).toBe('quarantined')
    },
  )

  test('many at once all end up stored', async () => {
    const deliveries = Array.from({ length: 200 }, () => event())
    const replies = await Promise.all(deliveries.map((delivery) => send(delivery)))
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
    const stored = await Promise.all(deliveries.slice(-20).map(({ id }) => received(id)))
    expect(stored.every((entries) => entries.length === 1)).toBe(true)
  })

  test('is taken at the address of its account too, and at no other', async () => {
    expect((await send(event(), '/webhooks/openai/default')).status).toBe(200)
    expect((await send(event(), '/webhooks/openai/nobody')).status).toBe(404)
    expect((await send(event(), '/webhooks/openai/__proto__')).status).toBe(404)
  })
})

describe('what is no webhook from OpenAI', () => {
  const good = event()
  const attempts: [string, { body: string; headers: Record<string, string> }][] = [
    ['a forged signature', { ...good, headers: { ...good.headers, 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` } }],
    ['a changed body', { ...good, body: good.body.replace('evt_1', 'evt_2') }],
    ['no signature', { ...good, headers: { ...good.headers, 'webhook-signature': '' } }],
    ['an old delivery', event({ at: new Date(Date.now() - 301_000) })],
    ['one from the future', event({ at: new Date(Date.now() + 900_000) })],
    ['another secret', event({ secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` })],
  ]

  test.each(attempts)('%s is told nothing but that it was bad', async (_name, delivery) => {
    const { status, body } = await send(delivery)
    expect([status, body]).toEqual([400, { error: { code: 'bad_request', message: 'Bad request', details: [] } }])
  })

  test('leaves a trace for the operator', async () => {
    const stale = event({ at: new Date(Date.now() - 4_000_000) })
    const trace = await eventually(async () => {
      await send(stale)
      return (await refused()).find((entry: { webhook_id: string }) => entry.webhook_id === stale.id)
    })
    expect(trace).toMatchObject({ object: 'refused_webhook', reason: 'too_old', account: 'default', address: '127.0.0.1' })
    expect(trace.age_seconds).toBeGreaterThan(3_990)
    expect(http.logged).toContainEqual(expect.objectContaining({ msg: 'webhook.refused', reason: 'too_old', webhook_id: stale.id }))
  })

  test('in numbers leaves only a few traces of each second', async () => {
    const before = (await refused()).length
    const startedAt = performance.now()
    await Promise.all(Array.from({ length: 100 }, () => send({ body: '{}', headers: { 'content-type': 'application/json' } })))
    const seconds = Math.ceil((performance.now() - startedAt) / 1000) + 1
    expect((await refused()).length - before).toBeLessThanOrEqual(5 * seconds)
  })

  test('is judged by kind and size before its signature is looked at', async () => {
    const { id, headers, body } = event()
    expect((await send({ body, headers: { ...headers, 'content-type': 'text/plain' } })).status).toBe(415)
    expect((await send({ body, headers: { ...headers, 'content-encoding': 'gzip' } })).status).toBe(415)
    expect((await send(event({ body: `"${'x'.repeat(256_000)}"` }))).status).toBe(413)
    expect((await door.call('/webhooks/openai')).headers.get('allow')).toBe('POST')
    expect(await received(id)).toEqual([])
  })

  test('that grows past the limit as it comes is refused as well', async () => {
    const outgoing = request(`${http.url}/webhooks/openai`, { method: 'POST', headers: { 'content-type': 'application/json' } })
    for (let index = 0; index < 5; index += 1) outgoing.write('x'.repeat(64_000))
    outgoing.end()
    const [reply] = (await once(outgoing, 'response')) as [IncomingMessage]
    expect(reply.statusCode).toBe(413)
    expect(JSON.parse(await text(reply)).error.code).toBe('body_too_large')
  })
})

test('an account without a secret answers 503, so that OpenAI tries again', async () => {
  const { status, headers, body } = await send(event(), '/webhooks/openai/unset')
  expect([status, body.error.code]).toEqual([503, 'webhooks_not_configured'])
  expect(headers.get('retry-after')).not.toBeNull()
})

test('a database that is away answers 503, and the webhook is taken when it is back', async () => {
  const { insert } = http.context.store.inbox
  http.context.store.inbox.insert = () => Promise.reject(new StoreUnavailableError('away'))
  const delivery = event()
  const away = await send(delivery)
  http.context.store.inbox.insert = insert
  expect([away.status, away.headers.get('retry-after')]).toEqual([503, '2'])
  expect((await send(delivery)).status).toBe(200)
  expect(await received(delivery.id)).toHaveLength(1)
})

test('a queue that is away changes nothing of the answer', async () => {
  const { add } = http.context.queue
  http.context.queue.add = () => Promise.reject(new Error('no redis'))
  const { status } = await send(event())
  http.context.queue.add = add
  expect(status).toBe(200)
})
