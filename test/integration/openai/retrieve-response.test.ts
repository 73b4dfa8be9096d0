import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { type Answer, cut, FAST, failure, json, main, openAiAt, readAll, reset, silence, startUpstream } from './upstream.ts'

const large = Buffer.alloc(2_000_000, 'pixels').toString('base64')
const response = (result: string): object => ({ id: 'resp_1', status: 'completed', output: [{ type: 'image_generation_call', result }] })
const options = { ...main(), sink: readAll }

test('a response is read as a stream, its pictures through the sink', async () => {
  await using upstream = await startUpstream(json(response(large)))
  const outcome = await upstream.openai.retrieve('resp_1', options)
  expect(outcome).toEqual({ outcome: 'found', text: JSON.stringify(response('kept 2000000')), response: response('kept 2000000') })
  expect(upstream.seen.map(({ url }) => url)).toEqual([
    '/v1/responses/resp_1?include[]=code_interpreter_call.outputs&include[]=web_search_call.action.sources',
  ])
})

test('a compressed reply is read as well', async () => {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-encoding': 'gzip' }
  await using upstream = await startUpstream((reply) => reply.writeHead(200, headers).end(gzipSync(JSON.stringify(response(large)))))
  expect(await upstream.openai.retrieve('resp_1', options)).toMatchObject({ outcome: 'found', response: response('kept 2000000') })
})

test('a large payload that the sink leaves is fetched again and offered once', async () => {
  await using upstream = await startUpstream(json(response(large)))
  let offered = 0
  const outcome = await upstream.openai.retrieve('resp_1', {
    ...main(),
    sink: async (payload) => {
      offered += 1
      await readAll(payload)
      return null
    },
  })
  expect(outcome).toMatchObject({ outcome: 'found', response: response(large) })
  expect([offered, upstream.seen.length]).toEqual([1, 2])
})

test('what the sink throws is thrown: the fault is ours', async () => {
  await using upstream = await startUpstream(json(response(large)))
  const full = new Error('the disk is full')
  await expect(upstream.openai.retrieve('resp_1', { ...main(), sink: () => Promise.reject(full) })).rejects.toBe(full)
})

test('404 is missing', async () => {
  await using upstream = await startUpstream(failure(404, "Response with id 'resp_1' not found."))
  expect(await upstream.openai.retrieve('resp_1', options)).toMatchObject({ outcome: 'missing', error: { status: 404 } })
})

test.each([400, 401, 403, 422])('%i is refused', async (status) => {
  await using upstream = await startUpstream(failure(status))
  expect(await upstream.openai.retrieve('resp_1', options)).toMatchObject({ outcome: 'refused', error: { status } })
})

const away: [string, Answer, object][] = [
  ['429', failure(429, 'slow', { 'retry-after-ms': '70000' }), { error: { status: 429 }, retryAfterMs: 70_000 }],
  ['408', failure(408), { error: { status: 408 } }],
  ['503', failure(503, 'busy', { 'retry-after': '120' }), { error: { status: 503 }, retryAfterMs: 120_000 }],
  ['a reset', reset, { error: { type: 'connection_error' } }],
  ['silence', silence, { error: { type: 'timeout' } }],
  [
    'a body that stops',
    (reply) => reply.writeHead(200, { 'content-type': 'application/json' }).write('{"id":"resp_1"'),
    { error: { type: 'timeout' } },
  ],
  ['a body cut inside a payload', cut(JSON.stringify(response(large)).slice(0, 500_000)), { error: { type: 'connection_error' } }],
  [
    'a body that ends too soon',
    (reply) => reply.writeHead(200, { 'content-type': 'application/json' }).end('{"id":'),
    { error: { type: 'unreadable_reply' } },
  ],
  ['a page', (reply) => reply.writeHead(200, { 'content-type': 'text/html' }).end('<html>'), { error: { type: 'unreadable_reply' } }],
  ['JSON that is no object', json(['resp_1']), { error: { type: 'unreadable_reply' } }],
  [
    'an endless nest',
    (reply) => reply.writeHead(200, { 'content-type': 'application/json' }).end('['.repeat(100_000)),
    { error: { type: 'unreadable_reply' } },
  ],
]

test.each(away)('%s is worth another look later, and is not asked again at once', async (_, answer, told) => {
  await using upstream = await startUpstream(answer)
  const outcome = await openAiAt(upstream.baseUrl, FAST).retrieve('resp_1', options)
  expect(outcome).toMatchObject({ outcome: 'unavailable', retryAfterMs: null, ...told })
  expect(upstream.seen).toHaveLength(1)
})

test('an abort while a payload is read ends the sink and the call', async () => {
  await using upstream = await startUpstream((reply) => {
    reply.writeHead(200, { 'content-type': 'application/json' }).write(JSON.stringify(response(large)).slice(0, 1_000_000))
  })
  const stop = new AbortController()
  const seen: unknown[] = []
  const outcome = await upstream.openai.retrieve('resp_1', {
    ...main(stop.signal),
    sink: async ({ body }) => {
      try {
        for await (const _ of body) stop.abort()
      } catch (error) {
        seen.push(error)
      }
      return null
    },
  })
  expect(outcome).toMatchObject({ outcome: 'unavailable', error: { type: 'aborted' } })
  expect(seen).toHaveLength(1)
})
