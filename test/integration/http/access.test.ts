import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApiDocument } from '../../../src/http/index.ts'
import { StoreUnavailableError } from '../../../src/domain/errors.ts'
import { httpClient } from '../../support/http-client.ts'
import { startTestHttp } from '../../support/http-context.ts'
import type { TestHttp } from '../../support/http-context.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

/** Everything else needs a key. */
const PUBLIC = ['/', '/docs', '/healthz', '/openapi.json', '/readyz', '/v1/shared/{id}', '/webhooks/openai', '/webhooks/openai/{account}']

const operations = Object.entries(openApiDocument({ publicUrl: '' }).paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({
    path,
    method: method.toUpperCase(),
    called: path.replace('{id}', 'job_1').replace('{account}', 'default'),
  })),
)

test.each(operations.filter(({ path }) => !PUBLIC.includes(path)))('$method $path needs a key', async ({ called, method }) => {
  for (const key of ['', 'lh_wrong', `lh_${'x'.repeat(43)}`]) {
    const { status, headers, body } = await httpClient({ url: http.url, key }).call(called, { method })
    expect([status, body.error.code]).toEqual([401, 'unauthorized'])
    expect(headers.get('www-authenticate')).toBe('Bearer realm="longhaul"')
  }
})

test('nothing but health, the receiver, signed links and the description is public', () => {
  expect([...new Set(operations.filter(({ path }) => PUBLIC.includes(path)).map(({ path }) => path))].toSorted()).toEqual(PUBLIC)
})

test.each(['Basic abc', 'Bearer', `bearer  `, `Bearer sk-${'x'.repeat(40)}`, `Bearer lh_${'x'.repeat(1_000)}`, 'Bearer lh_\u00e9é'])(
  '%s is no key',
  async (authorization) => {
    const response = await fetch(`${http.url}/v1/jobs`, { headers: { authorization } })
    expect(response.status).toBe(401)
  },
)

test('the word Bearer may be written in any case', async () => {
  expect(
    (await httpClient({ url: http.url, key: '' }).call('/v1/jobs', { headers: { authorization: `bEARER ${http.api.key}` } })).status,
  ).toBe(200)
})

test('a body is not read before its sender is known', async () => {
  const { status } = await httpClient({ url: http.url, key: '' }).post('/v1/jobs', 'not json at all')
  expect(status).toBe(401)
})

test('what needs admin rights is refused to other keys', async () => {
  const reader = await http.tenant({ scopes: [] })
  const { status, body } = await reader.call('/v1/inbox')
  expect([status, body.error.code]).toEqual([403, 'forbidden'])
  expect((await reader.call('/v1/jobs')).status).toBe(200)
})

test('a key is asked for once in a while, and refused soon after it was revoked', async () => {
  let now = new Date()
  await using other = await startTestHttp(({ app }) => ({ app: Object.assign(app, { clock: { ...app.clock, now: () => now } }) }))
  const { findByHash } = other.context.store.keys
  let asked = 0
  other.context.store.keys.findByHash = (hash) => {
    asked += 1
    return findByHash(hash)
  }
  for (let index = 0; index < 3; index += 1) await other.api.call('/v1/jobs')
  expect(asked).toBe(1)
  other.context.store.keys.findByHash = async () => null
  expect((await other.api.call('/v1/jobs')).status).toBe(200)
  now = new Date(now.getTime() + 30_000)
  expect((await other.api.call('/v1/jobs')).status).toBe(401)
})

test('a database that is away answers 503 and not 401', async () => {
  await using other = await startTestHttp()
  other.context.store.keys.findByHash = () => Promise.reject(new StoreUnavailableError('away', { cause: new Error('password=x') }))
  const { status, headers, body } = await other.api.call('/v1/jobs')
  expect([status, headers.get('retry-after'), body.error.code]).toEqual([503, '2', 'unavailable'])
  expect(JSON.stringify(body)).not.toContain('password')
})
