import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiClient } from '../support/api-client.ts'
import { startAppProcess } from '../support/app-process.ts'
import { startCallbackSink } from '../support/callback-sink.ts'
import type { CallbackSink, ReceivedCallback } from '../support/callback-sink.ts'
import { extractSnippets } from '../support/doc-snippets.ts'
import type { Snippets } from '../support/doc-snippets.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { requests } from '../support/requests.ts'
import { describeWith } from '../support/servers.ts'
import { startSetup } from '../support/setups.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { TEST_KEY, testEnv } from '../support/start-app.ts'

/** What a real process sent: to a job's own address, and to an endpoint that is signed by a key. */
interface Sent {
  own: ReceivedCallback
  keyed: ReceivedCallback
  env: { CALLBACK_SECRET: string; CALLBACK_PUBLIC_KEY: string }
}

const stack = new AsyncDisposableStack()
let sent: Sent
let snippets: Snippets
beforeAll(async () => {
  snippets = stack.use(await extractSnippets('callbacks.md'))
  sent = await sendForReal(stack.use(await startCallbackSink()))
}, 120_000)
afterAll(() => stack.disposeAsync())

async function sendForReal(sink: CallbackSink): Promise<Sent> {
  await using host = await startSetup('embedded')
  await using sandbox = await startSandbox({ defaultDelayMs: 20 })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  await using service = startAppProcess({ url, env: { ...host.env, ...testEnv({ port, sandboxUrl: sandbox.url }) } })
  await service.ready()
  const api = apiClient({ url, key: TEST_KEY })
  const { secret } = (await api.call('/v1/callback-secret')).body
  const keyed = { url: `${sink.url}/keyed`, signature: 'v1a', labels: { name: 'gr\u00f6\u00dfe \ud83d\ude42' } }
  const endpoint = (await api.call('/v1/endpoints', { method: 'POST', body: keyed })).body
  await api.submit({ request: requests.text(), callback_url: sink.url, labels: keyed.labels })
  const [own, byKey] = await Promise.all([waitForPath(sink, '/callbacks'), waitForPath(sink, '/callbacks/keyed')])
  return { own, keyed: byKey, env: { CALLBACK_SECRET: secret, CALLBACK_PUBLIC_KEY: endpoint.public_key } }
}

function waitForPath(sink: CallbackSink, path: string): Promise<ReceivedCallback> {
  return eventually(() => sink.received.find((callback) => callback.path === path), { what: `a callback to ${path}` })
}

const headersOf = ({ headers }: ReceivedCallback): Record<string, string> => ({
  'content-type': 'application/json',
  ...Object.fromEntries(['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(headers[name])])),
})
const tampered = ({ body }: ReceivedCallback): string => body.replace('"completed"', '"cancelled"')

async function checkReceiver(command: string, { name, callback }: { name: string; callback: ReceivedCallback }): Promise<void> {
  await using server = await snippets.serve(command, { name, env: sent.env })
  const headers = headersOf(callback)
  expect(await server.post({ headers, body: callback.body })).toBe(204)
  await eventually(() => (server.output().trim() === `job.completed ${callback.event.data.id}` ? true : undefined), {
    what: `${name} telling of it`,
  })
  expect(await server.post({ headers, body: tampered(callback) })).toBe(400)
  expect(await server.post({ headers: { ...headers, 'webhook-id': 'dlv_other' }, body: callback.body })).toBe(400)
  expect(await server.post({ headers: { ...headers, 'webhook-timestamp': '1' }, body: callback.body })).toBe(400)
  expect(await server.post({ headers: { ...headers, 'webhook-signature': 'v1,AAAA v1a,AAAA' }, body: callback.body })).toBe(400)
  const rotating = `v1,${'A'.repeat(43)}= v2,x ${headers['webhook-signature']}`
  expect(await server.post({ headers: { ...headers, 'webhook-signature': rotating }, body: callback.body })).toBe(204)
}

async function checkProgram(name: string, callback: ReceivedCallback): Promise<void> {
  const headers = headersOf(callback)
  const env = {
    ...sent.env,
    WEBHOOK_ID: String(headers['webhook-id']),
    WEBHOOK_TIMESTAMP: String(headers['webhook-timestamp']),
    WEBHOOK_SIGNATURE: `v1,x ${headers['webhook-signature']}`,
  }
  expect(await snippets.run('sh', { name, env, body: callback.body })).toEqual({
    code: 0,
    output: expect.stringMatching(/^signed with this/),
  })
  const wrong = await snippets.run('sh', { name, env, body: tampered(callback) })
  expect([wrong.code, wrong.output]).toEqual([1, expect.stringContaining('the body was changed')])
}

describe('the programs of docs/callbacks.md take a callback that was really sent, and refuse what was changed', () => {
  test.each(['verify-openai.mjs', 'verify-standardwebhooks.mjs', 'verify-svix.mjs'])('%s', (name) =>
    checkReceiver(process.execPath, { name, callback: sent.own }),
  )

  test('verify-ed25519.mjs', () => checkReceiver(process.execPath, { name: 'verify-ed25519.mjs', callback: sent.keyed }))

  test('there is no program that is not run here', () => {
    const run = [
      'verify-openai.mjs',
      'verify-standardwebhooks.mjs',
      'verify-svix.mjs',
      'verify.py',
      'verify.sh',
      'verify-ed25519.mjs',
      'verify-ed25519.sh',
    ]
    expect(snippets.names.toSorted()).toEqual(run.toSorted())
  })

  describeWith('in Python', { needs: ['python3'] }, () => {
    test('verify.py', () => checkReceiver('python3', { name: 'verify.py', callback: sent.own }))
  })

  describeWith('with openssl', { needs: ['openssl'] }, () => {
    test('verify.sh', () => checkProgram('verify.sh', sent.own))
    test('verify-ed25519.sh', () => checkProgram('verify-ed25519.sh', sent.keyed))
  })
})
