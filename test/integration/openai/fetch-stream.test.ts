import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createOpenAi } from '../../../src/openai/index.ts'

const REPLY = '{"id":"resp_1","object":"response","status":"completed","output":[]}'

async function retrieveFrom(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
    const openai = createOpenAi({ accounts: { default: { apiKey: 'sk-x', baseUrl } } })
    return await openai.retrieve('resp_1', { account: 'default', signal: new AbortController().signal, sink: async () => null })
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

test('a reply is asked for as it is, and one that a proxy compressed all the same is read', async () => {
  const asked: unknown[] = []
  for (const [coding, bytes] of [
    ['gzip', gzipSync(REPLY)],
    ['br', brotliCompressSync(REPLY)],
  ] as const) {
    const outcome = await retrieveFrom((request, response) => {
      asked.push(request.headers['accept-encoding'])
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': coding }).end(bytes)
    })
    expect(outcome).toMatchObject({ outcome: 'found', text: REPLY })
  }
  expect(asked).toEqual(['identity', 'identity'])
})

test('a compressed reply that breaks off is unavailable, not the end of the process', async () => {
  const bytes = gzipSync(REPLY.repeat(1000))
  const outcome = await retrieveFrom((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': bytes.length })
    response.write(bytes.subarray(0, 40), () => response.destroy())
  })
  expect(outcome.outcome).toBe('unavailable')
})

test('a redirect is not followed, so the key goes nowhere else', async () => {
  const paths: (string | undefined)[] = []
  const outcome = await retrieveFrom((request, response) => {
    paths.push(request.url)
    response.writeHead(302, { location: 'http://127.0.0.1:9/elsewhere' }).end()
  })
  expect(outcome.outcome).toBe('unavailable')
  expect(paths).toHaveLength(1)
})
