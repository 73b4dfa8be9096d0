import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startProxy } from '../support/queue-proxy.ts'
import type { Proxy } from '../support/queue-proxy.ts'
import { requests } from '../support/requests.ts'
import { describeWith } from '../support/servers.ts'
import { startSetup } from '../support/setups.ts'
import type { SetupHost } from '../support/setups.ts'
import { startTestApp } from '../support/start-app.ts'
import type { TestApp } from '../support/start-app.ts'

describeWith('servers that go away under the service', { needs: ['postgres', 'redis', 's3'] }, () => {
  let host: SetupHost
  let here: TestApp
  let postgres: Proxy
  let redis: Proxy

  beforeAll(async () => {
    host = await startSetup('full')
    const database = new URL(host.env.DATABASE_URL ?? '')
    const queue = new URL(host.env.REDIS_URL ?? '')
    postgres = await startProxy({ host: database.hostname, port: Number(database.port || 5432) })
    redis = await startProxy({ host: queue.hostname, port: Number(queue.port) })
    database.hostname = '127.0.0.1'
    database.port = String(postgres.port)
    queue.port = String(redis.port)
    here = await startTestApp(host, { env: { DATABASE_URL: database.href, REDIS_URL: queue.href } })
  })
  afterAll(async () => {
    for (const part of [here, postgres, redis, host]) await part?.[Symbol.asyncDispose]()
  })

  test('without Redis a submission and its webhook are taken, and the job ends once Redis is back', async () => {
    redis.cut()
    const { id } = await here.api.submit({ request: requests.text() })
    expect((await here.api.call('/readyz')).body).toMatchObject({ status: 'ready', queue: 'away', database: 'ok' })
    redis.restore()
    expect((await here.api.settled(id)).status).toBe('completed')
    expect(here.sandbox.state.createsFor(id)).toBe(1)
  })

  test('a webhook is acknowledged while Redis is away', async () => {
    const { id } = await here.api.submit({ request: requests.text({ sandbox_scenario: 'stuck_in_progress' }) })
    const { response_id: responseId } = await eventually(async () => {
      const { body } = await here.api.call(`/v1/jobs/${id}`)
      return body.response_id === null ? undefined : body
    })
    redis.cut()
    await here.sandbox.state.finish(responseId)
    const delivery = await eventually(() => here.sandbox.state.deliveries.find((one) => one.responseId === responseId))
    expect(delivery.status).toBe(200)
    redis.restore()
    expect((await here.api.settled(id)).status).toBe('completed')
  })

  test('without PostgreSQL callers get 503 with Retry-After, OpenAI too, and its next try is taken', async () => {
    const { id } = await here.api.submit({ request: requests.text({ sandbox_scenario: 'stuck_in_progress' }) })
    await here.api.settled(id, ['in_progress'])
    const { response_id: responseId } = (await here.api.call(`/v1/jobs/${id}`)).body
    postgres.cut()
    const refused = await here.api.call('/v1/jobs', { method: 'POST', body: { request: requests.text() } })
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await here.api.call('/readyz')).status).toBe(503)
    expect((await here.api.call('/healthz')).status).toBe(200)
    await here.sandbox.state.finish(responseId)
    const first = await eventually(() => here.sandbox.state.deliveries.find((one) => one.responseId === responseId))
    expect(first.status).toBe(503)
    postgres.restore()
    expect((await here.api.settled(id)).status).toBe('completed')
  })
})
