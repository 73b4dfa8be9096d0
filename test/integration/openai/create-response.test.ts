import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createOpenAi } from '../../../src/openai/index.ts'
import { type Answer, cut, FAST, failure, json, main, openAiAt, reset, silence, startUpstream } from './upstream.ts'

const body = {
  model: 'gpt-x',
  input: 'hi',
  background: true,
  tools: [{ type: 'web_search', return_token_budget: 'unlimited' }],
  brand_new: { a: 1 },
}
const queued = { id: 'resp_1', object: 'response', status: 'queued', model: 'gpt-x-2026-01-01' }

test('a response is created with the body untouched, under the key of its account', async () => {
  await using upstream = await startUpstream(json(queued))
  const outcome = await upstream.openai.create(body, main())
  expect(outcome).toEqual({ outcome: 'created', response: { id: 'resp_1', status: 'queued', model: 'gpt-x-2026-01-01' } })
  expect(upstream.seen).toMatchObject([{ method: 'POST', url: '/v1/responses', headers: { authorization: 'Bearer sk-test-secret-key' } }])
  expect(JSON.parse(upstream.seen[0]?.body ?? '')).toEqual(body)
})

test.each([400, 401, 403, 404, 409, 413, 422, 429])('a %i made nothing', async (status) => {
  await using upstream = await startUpstream(failure(status, 'no', { 'x-should-retry': 'true' }))
  const outcome = await upstream.openai.create(body, main())
  expect(outcome).toMatchObject({ outcome: 'refused', error: { status, message: 'no', type: 'some_error' }, retryAfterMs: null })
  expect(upstream.seen).toHaveLength(1)
})

test('a wait above a minute is believed', async () => {
  await using upstream = await startUpstream(failure(429, 'slow down', { 'retry-after': '900' }))
  expect(await upstream.openai.create(body, main())).toMatchObject({ outcome: 'refused', retryAfterMs: 900_000 })
})

test('a redirect is neither followed nor taken for a response', async () => {
  await using upstream = await startUpstream((reply) => reply.writeHead(307, { location: '/v1/elsewhere' }).end())
  expect(await upstream.openai.create(body, main())).toMatchObject({ outcome: 'refused', error: { status: 307 } })
  expect(upstream.seen).toHaveLength(1)
})

const endless: Answer = (reply) => reply.writeHead(500, { 'content-type': 'text/html' }).write('<html>')
const doubtful: [string, Answer, object][] = [
  ['a 500', failure(500), { status: 500 }],
  ['a 503 that asks to be retried', failure(503, 'busy', { 'x-should-retry': 'true' }), { status: 503 }],
  ['a 408', failure(408), { status: 408 }],
  ['an error page without an end', endless, { status: 500 }],
  ['a reset before the reply', reset, { type: 'connection_error', code: 'ECONNRESET' }],
  ['silence', silence, { type: 'timeout' }],
  ['a reply cut short', cut('{"id":"resp_1",'), { status: null }],
  ['a reply that stops', (reply) => reply.writeHead(200).write('{"id":'), { type: 'timeout' }],
  ['a page', (reply) => reply.writeHead(200, { 'content-type': 'text/html' }).end('<html>'), { type: 'unreadable_reply' }],
  ['a reply without an id', json({ object: 'response' }), { type: 'unreadable_reply' }],
]

test.each(doubtful)('after %s nobody knows, and nothing is sent again', async (_, answer, error) => {
  await using upstream = await startUpstream(answer)
  const outcome = await openAiAt(upstream.baseUrl, FAST).create(body, main())
  expect(outcome).toMatchObject({ outcome: 'ambiguous', error })
  expect(upstream.seen).toHaveLength(1)
})

test('a reset on a connection that served before is doubtful too', async () => {
  await using upstream = await startUpstream(json(queued), reset)
  await upstream.openai.create(body, main())
  expect(await upstream.openai.create(body, main())).toMatchObject({ outcome: 'ambiguous' })
  expect(upstream.seen).toHaveLength(2)
})

test('an abort is doubtful once the request has left, and harmless before', async () => {
  const stop = new AbortController()
  await using upstream = await startUpstream(() => stop.abort())
  expect(await upstream.openai.create(body, main(stop.signal))).toMatchObject({ outcome: 'ambiguous', error: { type: 'aborted' } })
  expect(await upstream.openai.create(body, main(stop.signal))).toMatchObject({ outcome: 'unsent', error: { type: 'aborted' } })
  expect(upstream.seen).toHaveLength(1)
})

test('a connection that was never made sent nothing', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  const outcome = await openAiAt(`http://127.0.0.1:${port}/v1`).create(body, main())
  expect(outcome).toMatchObject({ outcome: 'unsent', error: { type: 'connection_error', code: 'ECONNREFUSED', status: null } })
})

test('a handshake that fails sent nothing', async () => {
  await using upstream = await startUpstream(json(queued))
  const outcome = await openAiAt(upstream.baseUrl.replace('http:', 'https:')).create(body, main())
  expect(outcome).toMatchObject({ outcome: 'unsent' })
  expect(upstream.seen).toEqual([])
})

test.each([
  ['a port that fetch bars', { baseUrl: 'http://127.0.0.1:6000/v1' }],
  ['a scheme that fetch does not know', { baseUrl: 'ftp://127.0.0.1/v1' }],
  ['an address that is none', { baseUrl: 'http://[::1/v1' }],
  ['a key over two lines', { apiKey: 'sk-secret\nsk-second' }],
  ['a key that no header can hold', { apiKey: 'sk-secret-\u043a' }],
])('%s sends nothing, and tells no key', async (_, change) => {
  const account = { apiKey: 'sk-secret', baseUrl: 'http://127.0.0.1:1/v1', ...change }
  const outcome = await createOpenAi({ accounts: { main: account } }).create(body, main())
  expect(outcome).toMatchObject({ outcome: 'unsent', error: { status: null } })
  expect(JSON.stringify(outcome)).not.toContain('secret')
})

test('an account that is not configured sends nothing', async () => {
  await using upstream = await startUpstream(json(queued))
  const outcome = await upstream.openai.create(body, { account: 'other', signal: new AbortController().signal })
  expect(outcome).toMatchObject({ outcome: 'unsent', error: { code: 'unknown_account' } })
})

test('the key is in no error, even when the other side repeats it', async () => {
  await using upstream = await startUpstream(failure(401, 'Incorrect API key provided: sk-test-secret-key'))
  expect(JSON.stringify(await upstream.openai.create(body, main()))).not.toContain('secret-key')
})
