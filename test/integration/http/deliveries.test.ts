import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DeliveryAttempt } from '../../../src/domain/callback-model.ts'
import { startTestHttp } from '../../support/http-context.ts'
import type { TestHttp } from '../../support/http-context.ts'
import { seedFinished } from '../../support/http-seed.ts'
import type { HttpClient } from '../../support/http-client.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

const HOOK = { callback_url: 'https://example.com/hook', callback_events: ['job.queued', 'job.completed'] }

interface Listed {
  id: string
  event_type: string
  status: string
}

/** A finished job with two callbacks, of which the first failed with these attempts. */
async function called(api: HttpClient, change: object = {}): Promise<{ jobId: string; queued: Listed; completed: Listed }> {
  const { id: jobId } = await api.submit({ ...HOOK, ...change })
  await seedFinished(http.context, jobId)
  const rows = (await api.call(`/v1/deliveries?job=${jobId}`)).body.data as Listed[]
  const of = (type: string): Listed => {
    const found = rows.find(({ event_type }) => event_type === type)
    if (found === undefined) throw new Error(`there is no callback of ${type}`)
    return found
  }
  return { jobId, queued: of('job.queued'), completed: of('job.completed') }
}

async function fail(id: string, number = 1): Promise<DeliveryAttempt> {
  const attempt: DeliveryAttempt = {
    deliveryId: id,
    number,
    startedAt: new Date(),
    durationMs: 12,
    status: 500,
    outcome: 'status',
    message: null,
    replyHeaders: { server: 'x' },
    replyBody: 'no',
  }
  await http.context.store.deliveries.recordAttempt(attempt, { state: 'failed', dueAt: null, finishedAt: new Date() })
  return attempt
}

const newEndpoint = async (api: HttpClient): Promise<string> =>
  (await api.post('/v1/endpoints', { url: 'https://example.com/ep', event_types: ['*'] })).body.id

describe('deliveries', () => {
  test('are listed with their last attempt, and one is told with all of them and what it sends', async () => {
    const { jobId, queued } = await called(http.api)
    const attempt = await fail(queued.id)
    const { body } = await http.api.call(`/v1/deliveries?job=${jobId}&status=failed`)
    const short = { number: 1, started_at: attempt.startedAt.toISOString(), status: 500, outcome: 'status' }
    expect(body.data).toEqual([
      expect.objectContaining({
        id: queued.id,
        event_type: 'job.queued',
        status: 'failed',
        attempt_count: 1,
        last_attempt: short,
        next_attempt_at: null,
      }),
    ])
    const whole = (await http.api.call(`/v1/deliveries/${queued.id}`)).body
    expect(whole).toMatchObject({
      id: queued.id,
      origin: 'event',
      attempts: [{ ...short, duration_ms: 12, message: null, reply_headers: { server: 'x' }, reply_body: 'no' }],
    })
    expect(JSON.parse(whole.body)).toMatchObject({ type: 'job.queued', data: { id: jobId, seq: 1 } })
  })

  test('are listed in pages, newest first, narrowed by job, endpoint, status and time together', async () => {
    const api = await http.tenant()
    const endpoint = await newEndpoint(api)
    const { jobId } = await called(api)
    await called(api)
    const read = async (query: string): Promise<string[]> => {
      const ids: string[] = []
      for (let cursor: string | null = ''; cursor !== null;) {
        const { body } = await api.call(`/v1/deliveries?limit=3${query}${cursor && `&cursor=${cursor}`}`)
        ids.push(...body.data.map(({ id }: Listed) => id))
        cursor = body.next_cursor
      }
      return ids
    }
    const all = await read('')
    expect(new Set(all).size).toBe(all.length)
    const toEndpoint = await read(`&endpoint=${endpoint}`)
    expect(toEndpoint.length).toBeGreaterThan(2)
    expect(await read(`&endpoint=${endpoint}&job=${jobId}`)).toEqual(toEndpoint.slice(toEndpoint.length / 2))
    expect(all.length).toBe(toEndpoint.length + 4)
    expect(await read('&status=delivered,failed')).toEqual([])
    expect(await read('&created_before=2020-01-01T00:00:00Z')).toEqual([])
    expect(await read('&created_after=2020-01-01T00:00:00Z')).toEqual(all)
  })

  test.each(['?job=x', '?endpoint=job_1', '?status=lost', '?limit=101', '?cursor=x', '?created_after=yesterday'])(
    '"%s" is refused',
    async (query) => {
      expect((await http.api.call(`/v1/deliveries${query}`)).status).toBe(400)
    },
  )

  test('of other tenants are as unknown as those that never were', async () => {
    const { jobId, queued } = await called(http.api)
    const other = await http.tenant()
    for (const id of [queued.id, 'dlv_never', 'dlv_%00']) {
      expect((await other.call(`/v1/deliveries/${id}`)).status).toBe(404)
      expect((await other.post(`/v1/deliveries/${id}/redeliver`)).status).toBe(404)
    }
    expect((await other.call(`/v1/deliveries?job=${jobId}`)).status).toBe(404)
    expect((await other.call('/v1/deliveries')).body.data).toEqual([])
  })
})

describe('a delivery asked for again', () => {
  test('is accepted, pending, and queued at once', async () => {
    const { queued } = await called(http.api)
    await fail(queued.id)
    http.queued.splice(0)
    const { status, body } = await http.api.post(`/v1/deliveries/${queued.id}/redeliver`)
    expect(status).toBe(202)
    expect(body).toMatchObject({ id: queued.id, status: 'pending', attempt_count: 1, finished_at: null, attempts: [{ number: 1 }] })
    expect(http.queued).toEqual([expect.objectContaining({ name: 'deliver' })])
  })

  test('is refused with the mend where its endpoint is disabled', async () => {
    const api = await http.tenant()
    const endpoint = await newEndpoint(api)
    await called(api)
    const [delivery] = (await api.call(`/v1/deliveries?endpoint=${endpoint}`)).body.data
    await api.call(`/v1/endpoints/${endpoint}`, { method: 'PATCH', body: { disabled: true } })
    const { status, body } = await api.post(`/v1/deliveries/${delivery.id}/redeliver`)
    expect(status).toBe(409)
    expect(body.error).toMatchObject({ code: 'endpoint_disabled', message: expect.stringContaining(`PATCH /v1/endpoints/${endpoint}`) })
    expect((await api.post(`/v1/endpoints/${endpoint}/replay`, { since: '2026-01-01T00:00:00Z' })).body.error.code).toBe(
      'endpoint_disabled',
    )
  })
})

describe('a replay', () => {
  test('is accepted, told of and listed', async () => {
    const api = await http.tenant()
    const endpoint = await newEndpoint(api)
    const started = await api.post(`/v1/endpoints/${endpoint}/replay`, { since: '2026-01-01T00:00:00Z', status: 'missing' })
    expect(started.status).toBe(202)
    expect(started.body).toMatchObject({ endpoint_id: endpoint, status: 'missing', state: 'running', planned: 0, delivered: 0, failed: 0 })
    expect(started.headers.get('location')).toContain(`/v1/endpoints/${endpoint}/replays/${started.body.id}`)
    expect((await api.call(`/v1/endpoints/${endpoint}/replays/${started.body.id}`)).body).toEqual(started.body)
    const { body } = await api.call(`/v1/endpoints/${endpoint}/replays`)
    expect(body.data).toEqual([expect.objectContaining({ id: started.body.id, state: 'running' })])
    const other = await http.tenant()
    const theirs = await newEndpoint(other)
    for (const id of [endpoint, theirs]) {
      expect((await other.call(`/v1/endpoints/${id}/replays/${started.body.id}`)).status).toBe(404)
    }
    expect((await other.call(`/v1/endpoints/${endpoint}/replays`)).status).toBe(404)
    expect((await other.post(`/v1/endpoints/${endpoint}/replay`, { since: '2026-01-01T00:00:00Z' })).status).toBe(404)
  })

  test.each([
    [{}, 'since'],
    [{ since: 'yesterday' }, 'since'],
    [{ since: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' }, 'since'],
    [{ since: '2999-01-01T00:00:00Z' }, 'since'],
    [{ since: '2026-01-01T00:00:00Z', status: 'lost' }, 'status'],
  ])('of %j is refused, naming %s', async (body, field) => {
    const endpoint = await newEndpoint(http.api)
    const refused = await http.api.post(`/v1/endpoints/${endpoint}/replay`, body)
    expect(refused.status).toBe(400)
    expect(refused.body.error.details).toContainEqual(expect.objectContaining({ field }))
  })
})
