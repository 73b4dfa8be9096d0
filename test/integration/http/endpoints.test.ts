import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSecrets } from '../../../src/domain/callback-secrets.ts'
import { commitThenQueue } from '../../../src/domain/commit-then-queue.ts'
import { MOST_ENDPOINTS } from '../../../src/domain/create-endpoint.ts'
import { moveJob } from '../../../src/domain/move-job.ts'
import { endpointRow } from '../../support/database-rows.ts'
import { startTestHttp } from '../../support/http-context.ts'
import type { TestHttp } from '../../support/http-context.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

const URL_ = 'https://example.com/hook'
const create = async (fields: object = {}) => (await http.api.post('/v1/endpoints', { url: URL_, ...fields })).body
const patch = (id: string, body: unknown) => http.api.call(`/v1/endpoints/${id}`, { method: 'PATCH', body })
const faultsOf = ({ body }: { body: { error: { details: { field: string; message: string }[] } } }) =>
  body.error.details.map(({ field, message }) => `${field} ${message}`)

describe('an endpoint', () => {
  test('is made with the least there is, and tells its secret this once', async () => {
    const { status, headers, body } = await http.api.post('/v1/endpoints', { url: URL_ })
    expect(status).toBe(201)
    const { secret, ...endpoint } = body
    expect(headers.get('location')).toBe(`${http.url}/v1/endpoints/${endpoint.id}`)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(endpoint).toMatchObject({ url: URL_, event_types: null, labels: {}, header_names: [], rate_per_second: null, disabled: false })
    const read = await http.api.call(`/v1/endpoints/${endpoint.id}`)
    expect([read.status, read.body]).toEqual([200, endpoint])
    expect(JSON.stringify((await http.api.call('/v1/endpoints')).body)).not.toContain(secret)
  })

  test('keeps all that it is made with, but shows no value of a header', async () => {
    const headers = { Authorization: 'Bearer hush', 'X-Team': 'growth' }
    const fields = { description: 'For CI', event_types: ['job.*', '*', 'job.*'], labels: { team: 'growth' }, rate_per_second: 1_000 }
    const made = await http.api.post('/v1/endpoints', { url: URL_, ...fields, headers })
    expect(made.body).toMatchObject({ ...fields, event_types: ['job.*', '*'], header_names: ['authorization', 'x-team'] })
    expect(JSON.stringify(made.body)).not.toContain('hush')
    const row = await http.context.store.endpoints.get(made.body.id)
    expect(JSON.stringify(row)).not.toContain('hush')
    expect(JSON.stringify(row)).not.toContain(made.body.secret)
  })

  test('of scheme v1a shows a public key, and its private key to nobody', async () => {
    const made = await create({ signature: 'v1a' })
    expect(made).toMatchObject({ signature: 'v1a', secret: null, public_key: expect.stringMatching(/^whpk_[A-Za-z0-9+/]{43}=$/) })
    expect((await http.api.call(`/v1/endpoints/${made.id}`)).body.public_key).toBe(made.public_key)
    expect((await create()).public_key).toBeNull()
  })

  test('may bring a secret of its own', async () => {
    const secret = `whsec_${Buffer.from(Array.from({ length: 24 }, (_, n) => n * 7)).toString('base64')}`
    expect((await create({ secret })).secret).toBe(secret)
  })

  test('is listed with the others, newest first, a page at a time', async () => {
    const api = await http.tenant()
    for (const description of ['1', '2', '3']) await api.post('/v1/endpoints', { url: URL_, description })
    const first = (await api.call('/v1/endpoints?limit=2')).body
    const rest = (await api.call(`/v1/endpoints?limit=2&cursor=${first.next_cursor}`)).body
    const told = [...first.data, ...rest.data].map(({ description }: { description: string }) => description)
    expect([told.toSorted(), rest.next_cursor]).toEqual([['1', '2', '3'], null])
  })

  test('there are a thousand at most', async () => {
    const api = await http.tenant()
    const { tenantId } = (await http.context.store.endpoints.get((await api.post('/v1/endpoints', { url: URL_ })).body.id))!
    await http.context.store.transaction(async (tx) => {
      for (let n = 1; n < MOST_ENDPOINTS - 1; n += 1) await tx.endpoints.insert(endpointRow({ id: `ep_most_${n}`, tenantId }))
    })
    const replies = await Promise.all(Array.from({ length: 4 }, () => api.post('/v1/endpoints', { url: URL_ })))
    expect(replies.map(({ status }) => String(status)).toSorted()).toEqual(['201', '409', '409', '409'])
    expect(replies.find(({ status }) => status === 409)?.body.error).toMatchObject({ code: 'too_many_endpoints', message: /1000/ })
    expect((await api.call('/v1/endpoints?limit=100')).body.data).toHaveLength(100)
  })
})

describe('a change', () => {
  test('of what is named leaves the rest, and null goes back to what is usual', async () => {
    const { id } = await create({ description: 'a', event_types: ['*'], labels: { team: 'x' }, rate_per_second: 5 })
    const changed = (await patch(id, { description: 'b', url: 'https://example.org/' })).body
    expect(changed).toMatchObject({
      description: 'b',
      url: 'https://example.org/',
      event_types: ['*'],
      labels: { team: 'x' },
      rate_per_second: 5,
    })
    const emptied = (await patch(id, { description: null, event_types: null, labels: null, rate_per_second: null })).body
    expect(emptied).toMatchObject({ description: '', event_types: null, labels: {}, rate_per_second: null, url: 'https://example.org/' })
    expect((await patch(id, {})).body).toEqual({ ...emptied, updated_at: expect.any(String) })
  })

  test('of headers is merged by name', async () => {
    const { id } = await create({ headers: { 'x-a': '1', 'x-b': '2' } })
    expect((await patch(id, { headers: { 'X-A': null, 'x-c': '3' } })).body.header_names).toEqual(['x-b', 'x-c'])
    expect(faultsOf(await patch(id, { headers: { 'x-d': 'x'.repeat(1_025) } }))).toEqual(['headers.x-d must have at most 1024 characters'])
    expect(faultsOf(await patch(id, { headers: Object.fromEntries(Array.from({ length: 19 }, (_, n) => [`y-${n}`, 'x'])) }))).toEqual([
      'headers must have at most 20 headers',
    ])
    expect((await patch(id, { headers: null })).body.header_names).toEqual([])
  })

  test('disables and enables it, and enabling forgets how it failed', async () => {
    const { id } = await create()
    expect((await patch(id, { disabled: true })).body).toMatchObject({ disabled: true, disabled_reason: 'by_owner' })
    const since = new Date()
    const { endpoints, targets } = http.context.store
    await endpoints.update(id, { disabledAt: since, disabledReason: 'failing' })
    expect((await patch(id, { disabled: true })).body).toMatchObject({ disabled_reason: 'failing', disabled_at: since.toISOString() })
    const { tenantId } = (await endpoints.get(id))!
    await targets.put({ id, tenantId, failingSince: since, heldUntil: since })
    expect((await patch(id, { disabled: false })).body).toMatchObject({ disabled: false, disabled_at: null, disabled_reason: null })
    expect(await targets.get(id)).toMatchObject({ failingSince: null, heldUntil: null })
  })

  test('that disables it ends what is on its way', async () => {
    const { id } = await create({ event_types: ['*'] })
    const { id: jobId } = await http.api.submit()
    await patch(id, { disabled: true })
    const mine = (await http.context.store.deliveries.listForJob(jobId)).filter(({ delivery }) => delivery.endpointId === id)
    expect(mine.map(({ delivery }) => [delivery.state, delivery.endReason])).toEqual([['failed', 'endpoint_disabled']])
  })

  test('of the scheme, or of what is not a field, is refused', async () => {
    const { id } = await create()
    for (const body of [{ signature: 'v1a' }, { secret: 'x' }, { disabled_reason: 'gone' }, { url: null }, { disabled: 'yes' }, []]) {
      expect((await patch(id, body)).status).toBe(400)
    }
    expect(faultsOf(await patch(id, { url: 'https://10.0.0.1/' }))).toEqual([expect.stringMatching(/^url 10\.0\.0\.1 is not a public/)])
  })
})

describe('a rotation', () => {
  const rotate = (id: string, body?: object) => http.api.post(`/v1/endpoints/${id}/rotate-secret`, body)

  test('gives another secret and says how long the old one signs beside it: a day unless told otherwise', async () => {
    const { id, secret } = await create()
    const first = await rotate(id)
    expect(first.body).toMatchObject({ secret: expect.stringMatching(/^whsec_/), public_key: null })
    expect(first.body.secret).not.toBe(secret)
    expect((Date.parse(first.body.previous_until) - Date.now()) / 3_600_000).toBeCloseTo(24, 1)
    expect((await rotate(id, { overlap_seconds: 0 })).body.previous_until).toBeNull()
    const own = `whsec_${Buffer.from(Array.from({ length: 32 }, (_, n) => n)).toString('base64')}`
    expect((await rotate(id, { overlap_seconds: 604_800, secret: own })).body.secret).toBe(own)
  })

  test('of a v1a endpoint gives another public key, which is then the endpoint\u2019s', async () => {
    const { id, public_key: old } = await create({ signature: 'v1a' })
    const { body } = await rotate(id, { overlap_seconds: 60 })
    expect(body).toMatchObject({ secret: null, public_key: expect.stringMatching(/^whpk_/) })
    expect(body.public_key).not.toBe(old)
    expect((await http.api.call(`/v1/endpoints/${id}`)).body.public_key).toBe(body.public_key)
  })

  test('of several at once keeps every secret that was told', async () => {
    const { id, secret } = await create()
    const told = (await Promise.all([rotate(id), rotate(id), rotate(id)])).map(({ body }) => body.secret as string)
    const row = (await http.context.store.endpoints.get(id))!
    const kept = openSecrets(http.context.vault, row.sealedSecrets).map((one) => one.secret)
    expect(new Set(kept)).toEqual(new Set<string>([...told, secret]))
  })

  test.each([{ overlap_seconds: -1 }, { overlap_seconds: 604_801 }, { overlap_seconds: '60' }, { overlap: 60 }, { secret: 'whsec_AAAA' }])(
    'with %j is refused',
    async (body) => {
      const { id } = await create()
      expect((await rotate(id, body)).status).toBe(400)
    },
  )
})

describe('a deleted endpoint', () => {
  test('is gone, and what was on its way to it has ended', async () => {
    const { id } = await create({ event_types: ['*'] })
    const { id: jobId } = await http.api.submit()
    const toIt = async () =>
      (await http.context.store.deliveries.listForJob(jobId)).map(({ delivery }) => delivery).filter(({ endpointId }) => endpointId === id)
    expect(await toIt()).toEqual([expect.objectContaining({ state: 'pending' })])
    expect((await http.api.call(`/v1/endpoints/${id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await http.api.call(`/v1/endpoints/${id}`)).status).toBe(404)
    expect((await http.api.call(`/v1/endpoints/${id}`, { method: 'DELETE' })).status).toBe(404)
    expect(await toIt()).toEqual([expect.objectContaining({ state: 'failed', dueAt: null, endReason: 'endpoint_deleted' })])
    const job = (await http.context.store.jobs.get(jobId))!
    await commitThenQueue(http.context, (unit) => moveJob(http.context, unit, { job, to: 'cancelled' }))
    expect(await toIt()).toHaveLength(1)
  })
})
