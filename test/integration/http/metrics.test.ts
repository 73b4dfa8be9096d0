import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMetricsPage } from '../../../src/metrics-page.ts'
import { signWebhook } from '../../../src/signing/index.ts'
import { createMeter } from '../../../src/telemetry/index.ts'
import { eventually } from '../../support/eventually.ts'
import { httpClient } from '../../support/http-client.ts'
import type { HttpClient } from '../../support/http-client.ts'
import { startTestHttp, WEBHOOK_SECRET } from '../../support/http-context.ts'
import type { TestHttp } from '../../support/http-context.ts'
import { ManualClock } from '../../support/domain-parts.ts'

const meter = createMeter()
const clock = new ManualClock(new Date('2026-11-21T12:00:00.000Z'))
const IDLE = { waiting: 0, active: 0, delayed: 0, failed: 0 }
let counts: () => Promise<Record<string, typeof IDLE>> = async () => ({ deliver: { ...IDLE, waiting: 3 } })
let http: TestHttp
let visitor: HttpClient

beforeAll(async () => {
  http = await startTestHttp(({ app }) => {
    app.meter = meter
    const queue = { counts: () => counts() } as Parameters<typeof createMetricsPage>[0]['queue']
    return { metrics: createMetricsPage({ context: { store: app.store, log: app.log, clock }, queue, meter, patienceMs: 20_000 }) }
  })
  visitor = httpClient({ url: http.url, key: '' })
})
afterAll(() => http[Symbol.asyncDispose]())

async function scrape(): Promise<string> {
  clock.advance(6)
  const { status, body } = await http.api.call('/metrics')
  expect(status).toBe(200)
  const ours = String(body).split('\n')
  return ours.filter((line) => line.startsWith('longhaul_')).join('\n')
}

test('metrics are for keys with admin rights, sent as a bearer token', async () => {
  expect((await visitor.call('/metrics')).status).toBe(401)
  const other = await http.tenant({ scopes: [] })
  expect((await other.call('/metrics')).status).toBe(403)
  const { status, headers } = await http.api.call('/metrics')
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
})

test('a worker’s door tells its metrics too, to the same keys', async () => {
  await using worker = await startTestHttp(() => ({ only: 'health', metrics: async () => ({ contentType: 'text/plain', text: 'up 1\n' }) }))
  expect((await fetch(`${worker.url}/metrics`)).status).toBe(401)
  const reply = await worker.api.call('/metrics')
  expect([reply.status, reply.body]).toEqual([200, 'up 1\n'])
})

test('requests are counted and timed by the template of their route, never by what was asked for', async () => {
  await http.api.call('/v1/jobs/job_00000000000000000000000000')
  await http.api.call('/nope/one')
  await fetch(`${http.url}/webhooks/openai/default`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
  const text = await eventually(async () => {
    const now = await scrape()
    return now.includes('route="/webhooks/openai/{account}"') ? now : undefined
  })
  expect(text).toContain('longhaul_http_requests_total{method="GET",route="/v1/jobs/{id}",status="404"} 1')
  expect(text).toContain('longhaul_http_requests_total{method="GET",route="none",status="404"} 1')
  expect(text).toContain('longhaul_http_requests_total{method="POST",route="/webhooks/openai/{account}",status="400"} 1')
  expect(text).toContain('longhaul_http_request_seconds_count{method="GET",route="/v1/jobs/{id}"} 1')
  expect(text).not.toContain('job_0000')
})

test('webhooks are counted by what became of them, and their age tells of a clock that is off', async () => {
  const send = async (id: string, { secret = WEBHOOK_SECRET, aheadSeconds = 0 } = {}): Promise<number> => {
    const timestamp = new Date(Date.now() + aheadSeconds * 1_000)
    const body = '{"type":"response.completed","data":{"id":"resp_1"}}'
    const headers = { 'content-type': 'application/json', ...signWebhook({ id, timestamp, body, secret }) }
    return (await visitor.call('/webhooks/openai', { method: 'POST', headers, body })).status
  }
  const other = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
  const statuses = [
    await send('wh_1'),
    await send('wh_1'),
    await send('wh_2', { aheadSeconds: -3_000 }),
    await send('wh_3', { aheadSeconds: 400 }),
    await send('wh_4', { secret: other, aheadSeconds: -9_000 }),
  ]
  expect(statuses).toEqual([200, 200, 400, 400, 400])
  const text = await scrape()
  for (const outcome of ['accepted', 'duplicate', 'too_old', 'too_new', 'bad_signature']) {
    expect(text).toContain(`longhaul_webhooks_total{outcome="${outcome}"} 1`)
  }
  expect(text).toContain('longhaul_webhook_age_seconds_bucket{le="-300"} 1')
  expect(text).toContain('longhaul_webhook_age_seconds_bucket{le="300"} 3')
  expect(text).toContain('longhaul_webhook_age_seconds_count 4') // whoever signs with no secret of ours may write any time
})

test('gauges are read at the scrape, and at most once in five seconds', async () => {
  const text = await scrape()
  expect(text).toContain('longhaul_jobs_open{status="queued"} 0')
  expect(text).toContain('longhaul_oldest_owed_seconds{work="inbox"} 0')
  expect(text).toContain('longhaul_queue_entries{name="deliver",state="waiting"} 3')
  await http.api.call('/v1/jobs', { method: 'POST', body: { request: { model: 'm', input: 'hi' } } })
  clock.advance(4)
  expect(String((await http.api.call('/metrics')).body)).toContain('longhaul_jobs_open{status="queued"} 0')
  expect(await scrape()).toContain('longhaul_jobs_open{status="queued"} 1')
})

test('a queue that is away costs its own gauges alone', async () => {
  counts = async () => Promise.reject(new Error('away'))
  const text = await scrape()
  expect(text).toContain('longhaul_source_up{source="queue"} 0')
  expect(text).toContain('longhaul_source_up{source="database"} 1')
  expect(text).toContain('longhaul_jobs_open{status="queued"}')
  expect(text).not.toContain('longhaul_queue_entries{')
})

test('a queue that does not answer holds up no scrape, and is not asked again before it has', async () => {
  const answered = Promise.withResolvers<Record<string, typeof IDLE>>()
  let asked = 0
  const queue = {
    counts() {
      asked += 1
      return answered.promise
    },
  } as unknown as Parameters<typeof createMetricsPage>[0]['queue']
  const page = createMetricsPage({ context: { store: http.context.store, log: http.context.log, clock }, queue, meter, patienceMs: 50 })
  const ask = async (): Promise<string> => {
    clock.advance(6)
    return (await page()).text
  }
  expect(await ask()).toContain('longhaul_source_up{source="queue"} 0')
  expect(await ask()).toContain('longhaul_source_up{source="queue"} 0')
  expect(asked).toBe(1)
  answered.resolve({ deliver: IDLE })
  await eventually(async () => ((await ask()).includes('longhaul_source_up{source="queue"} 1') ? true : undefined))
})
