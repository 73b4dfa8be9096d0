import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMALLEST } from '../../support/http-client.ts'
import { startTestHttp } from '../../support/http-context.ts'
import type { TestHttp } from '../../support/http-context.ts'
import { eventually } from '../../support/eventually.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

const bodies: [string, string | Uint8Array, number, string][] = [
  ['nothing', new Uint8Array(), 400, 'malformed_json'],
  ['half an object', '{"request":', 400, 'malformed_json'],
  ['a list', '[]', 400, 'invalid_request'],
  ['null', 'null', 400, 'invalid_request'],
  ['bytes that are no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 400, 'malformed_json'],
  ['a request nested 100,000 deep', `{"request":{"input":${deep(100_000)}}}`, 400, 'malformed_json'],
  ['a key named __proto__', '{"request":{"model":"m","input":"x","__proto__":{"isAdmin":true}}}', 400, 'malformed_json'],
  ['a label named __proto__', `{"request":${JSON.stringify(SMALLEST)},"labels":{"__proto__":"x"}}`, 400, 'malformed_json'],
  ['a field named constructor', `{"request":${JSON.stringify(SMALLEST)},"constructor":{"prototype":{}}}`, 400, 'invalid_request'],
  ['more than is taken', JSON.stringify({ request: { ...SMALLEST, input: 'x'.repeat(1_000_000) } }), 413, 'body_too_large'],
]

test.each(bodies)('a body of %s is a fault of the caller', async (_name, body, status, code) => {
  const reply = await http.api.post('/v1/jobs', body)
  expect([reply.status, reply.body.error.code]).toEqual([status, code])
})

test('the refusal of a large body names the limit', async () => {
  expect((await http.api.post('/v1/jobs', 'x'.repeat(1_000_001))).body.error.message).toContain('1000000 bytes')
})

test('a request nested as deep as any may be is taken', async () => {
  expect((await http.api.post('/v1/jobs', `{"request":{"model":"m","input":${deep(150)}}}`, { 'idempotency-key': 'deep' })).status).toBe(
    202,
  )
})

test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16', 'multipart/form-data; boundary=x'])(
  '%s is not read',
  async (type) => {
    expect((await http.api.post('/v1/jobs', JSON.stringify({ request: SMALLEST }), { 'content-type': type })).status).toBe(415)
  },
)

test.each(['application/json;charset=UTF-8', 'APPLICATION/JSON', 'application/vnd.api+json'])('%s is read', async (type) => {
  expect((await http.api.post('/v1/jobs', JSON.stringify({ request: SMALLEST }), { 'content-type': type })).status).toBe(202)
})

test('a compressed body is not read', async () => {
  expect((await http.api.post('/v1/jobs', '{}', { 'content-encoding': 'gzip' })).status).toBe(415)
})

test('a path whose percent-encoding is broken is a fault of the caller', async () => {
  expect(await raw('GET /v1/jobs/%E0%A4%A HTTP/1.1')).toMatch(/^HTTP\/1.1 400 .*"bad_request"/s)
})

test('paths of other worlds are unknown', async () => {
  for (const path of [
    '/v1/jobs/../../etc/passwd',
    '/v1/jobs/..%2f..',
    '/v1/%00',
    `/v1/${'x'.repeat(8_000)}`,
    '/V1/jobs',
    '/__proto__',
    '/v1/jobs/job_1/constructor',
  ]) {
    expect(await raw(`GET ${path} HTTP/1.1`), path).toMatch(/^HTTP\/1.1 404 /)
  }
})

test('a query of thousands of names is read and refused', async () => {
  const query = Array.from({ length: 5_000 }, (_, index) => index.toString(36)).join('&')
  const { status, body } = await http.api.call(`/v1/jobs?${query.slice(0, 14_000)}`)
  expect(status).toBe(400)
  expect(body.error.message.length).toBeLessThan(400)
  expect(body.error.details).toHaveLength(50)
})

test('a refusal does not grow with what was sent', async () => {
  const metadata = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${index}-${'k'.repeat(2_000)}`, 1]))
  const { status, body } = await http.api.post('/v1/jobs', { request: { ...SMALLEST, metadata } })
  expect(status).toBe(400)
  expect(JSON.stringify(body).length).toBeLessThan(20_000)
})

test('a head that is too large, and what is no HTTP at all, get an answer of the same shape', async () => {
  expect(await raw(`GET /?${'x'.repeat(40_000)} HTTP/1.1`)).toMatch(/^HTTP\/1.1 431 .*"headers_too_large"/s)
  expect(await raw('HELLO')).toMatch(/^HTTP\/1.1 400 .*"bad_request"/s)
})

test('a known path with another method says which there are', async () => {
  const replies = await Promise.all([
    http.api.call('/v1/jobs', { method: 'PUT' }),
    http.api.call('/v1/jobs/job_1', { method: 'PATCH' }),
    http.api.call('/v1/jobs/job_1/cancel'),
    http.api.call('/healthz', { method: 'POST' }),
    http.api.call('/v1/jobs', { method: 'OPTIONS' }),
  ])
  expect(replies.map(({ status }) => status)).toEqual([405, 405, 405, 405, 405])
  expect(replies.map(({ headers }) => headers.get('allow'))).toEqual([
    'POST, GET, HEAD',
    'GET, HEAD, DELETE',
    'POST',
    'GET, HEAD',
    'POST, GET, HEAD',
  ])
})

test('a sane request id is taken over, any other is replaced', async () => {
  const ask = async (id: string): Promise<string | null> =>
    (await http.api.call('/healthz', { headers: { 'x-request-id': id } })).headers.get('x-request-id')
  expect(await ask('trace-1.2:3')).toBe('trace-1.2:3')
  expect(await ask('a b')).toMatch(/^req_[0-9a-f]{24}$/)
  expect(await ask('x'.repeat(129))).toMatch(/^req_/)
})

test('a fault of our own says nothing of itself, and the log says all', async () => {
  const { list } = http.context.store.jobs
  http.context.store.jobs.list = () => Promise.reject(new Error('secret detail'))
  const { status, headers, body } = await http.api.call('/v1/jobs', { headers: { 'x-request-id': 'find-me' } })
  http.context.store.jobs.list = list
  expect([status, body.error.code, headers.get('cache-control')]).toEqual([500, 'internal_error', 'no-store'])
  expect(JSON.stringify(body)).not.toContain('secret detail')
  const line = await eventually(() => http.logged.find(({ request_id }) => request_id === 'find-me'))
  expect(line).toMatchObject({ level: 'error', status: 500, route: '/v1/jobs', error: { message: 'secret detail' } })
})

test('the log has one line for each request, without its query, its body or its key', async () => {
  await http.api.call('/v1/jobs?model=hush-query', { headers: { 'x-request-id': 'one-line' } })
  await http.api.post('/v1/jobs', { request: { ...SMALLEST, input: 'hush-body' } }, { 'idempotency-key': 'hush-key' })
  const lines = await eventually(() => {
    const found = http.logged.filter(({ request_id }) => request_id === 'one-line')
    return found.length > 0 ? found : undefined
  })
  expect(lines).toEqual([
    expect.objectContaining({
      msg: 'http.request',
      method: 'GET',
      path: '/v1/jobs',
      route: '/v1/jobs',
      status: 200,
      key_id: expect.stringMatching(/^key_/),
    }),
  ])
  const all = JSON.stringify(http.logged)
  for (const hidden of ['hush', http.api.key]) expect(all).not.toContain(hidden)
})

/** One request by hand, and all that came back. */
async function raw(firstLine: string): Promise<string> {
  const { port } = new URL(http.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(`${firstLine}\r\nhost: x\r\nauthorization: Bearer ${http.api.key}\r\nconnection: close\r\n\r\n`)
  return text(socket)
}
