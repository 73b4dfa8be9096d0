import { createPublicKey, verify } from 'node:crypto'
import OpenAI from 'openai'
import { Webhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALLBACK_TYPES } from '../../../src/domain/event-patterns.ts'
import { startCallbackSink } from '../../support/callback-sink.ts'
import type { CallbackSink, ReceivedCallback } from '../../support/callback-sink.ts'
import { startTestHttp } from '../../support/http-context.ts'
import type { TestHttp } from '../../support/http-context.ts'

let http: TestHttp
let sink: CallbackSink
beforeAll(async () => {
  ;[http, sink] = await Promise.all([startTestHttp(), startCallbackSink()])
})
afterAll(async () => {
  await http?.[Symbol.asyncDispose]()
  await sink?.[Symbol.asyncDispose]()
})

const openai = new OpenAI({ apiKey: 'unused' })
const create = async (fields: object = {}) => (await http.api.post('/v1/endpoints', { url: sink.url, ...fields })).body
const rotate = async (id: string, body: object = {}) => (await http.api.post(`/v1/endpoints/${id}/rotate-secret`, body)).body

/** The delivery, and what arrived of it. */
async function tryOut(id: string, body?: object) {
  const { status, body: delivery } = await http.api.post(`/v1/endpoints/${id}/test`, body)
  const came = sink.received.filter(({ headers }) => headers['webhook-id'] === delivery.id)
  return { status, delivery, came: came[0] as ReceivedCallback, times: came.length }
}

type Headers = Record<string, string>
type Verify = (secret: string, callback: ReceivedCallback) => Promise<unknown>
const byOpenAi: Verify = (secret, { body, headers }) => openai.webhooks.unwrap(body, headers, secret)
const byStandard: Verify = async (secret, { body, headers }) => new Webhook(secret).verify(body, headers as Headers)
const bySvix: Verify = async (secret, { body, headers }) => new SvixWebhook(secret).verify(body, headers as Headers)
const PACKAGES: [string, Verify][] = [
  ['openai', byOpenAi],
  ['standardwebhooks', byStandard],
  ['svix', bySvix],
]

function isSignedBy(publicKey: string, { body, headers }: ReceivedCallback): boolean {
  const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  const signed = Buffer.from(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`)
  const signatures = String(headers['webhook-signature']).split(' ')
  return signatures.some((one) => one.startsWith('v1a,') && verify(null, signed, key, Buffer.from(one.slice(4), 'base64')))
}

describe('an example', () => {
  test.each(CALLBACK_TYPES)('of %s arrives at once, signed, and says that it is a test', async (type) => {
    const { id, secret } = await create()
    const { status, delivery, came, times } = await tryOut(id, { type })
    expect([status, times]).toEqual([200, 1])
    expect(delivery).toMatchObject({ status: 'delivered', endpoint_id: id, job_id: null, event_type: type, url: sink.url })
    expect(delivery.attempts).toEqual([expect.objectContaining({ number: 1, status: 204, outcome: 'ok' })])
    expect(await byOpenAi(secret, came)).toMatchObject({
      type,
      timestamp: expect.any(String),
      data: { id: expect.any(String), test: true },
    })
    expect(Buffer.byteLength(came.body)).toBeLessThan(20_000)
    expect(await http.context.store.deliveries.get(delivery.id)).toMatchObject({
      origin: 'test',
      jobId: null,
      state: 'delivered',
      attempts: 1,
    })
  })

  test('is shaped as the real one, with a place for everything', async () => {
    const { id } = await create({ labels: { team: 'core' } })
    const { came } = await tryOut(id)
    expect(came.event).toMatchObject({
      type: 'job.completed',
      data: {
        id: expect.stringMatching(/^job_/),
        object: 'job',
        status: 'completed',
        labels: { team: 'core' },
        artifacts: [{ kind: 'image', content_type: 'image/png' }],
        urls: { self: expect.stringContaining(`${http.url}/v1/jobs/job_`) },
        error: null,
      },
    })
    const failed = await tryOut(id, { type: 'job.failed' })
    expect(failed.came.event.data).toMatchObject({ status: 'failed', error: { code: 'upstream_error', retryable: true } })
    const disabled = await tryOut(id, { type: 'endpoint.disabled' })
    expect(disabled.came.event.data).toMatchObject({ id, object: 'endpoint', url: sink.url, disabled_reason: 'failing' })
  })

  test('carries the owner\u2019s headers, and ours as they must be', async () => {
    const { id } = await create({ headers: { Authorization: 'Bearer hush', cookie: 'a=b', 'x-team': 'growth' } })
    const { came, delivery } = await tryOut(id)
    expect(came.headers).toMatchObject({
      authorization: 'Bearer hush',
      cookie: 'a=b',
      'x-team': 'growth',
      'content-type': 'application/json',
      'user-agent': expect.stringContaining('Longhaul'),
    })
    expect(JSON.stringify(delivery)).not.toContain('hush')
  })

  test('reaches a disabled endpoint too, and leaves it disabled', async () => {
    const { id } = await create()
    await http.api.call(`/v1/endpoints/${id}`, { method: 'PATCH', body: { disabled: true } })
    expect((await tryOut(id)).delivery.status).toBe('delivered')
    expect((await http.api.call(`/v1/endpoints/${id}`)).body.disabled).toBe(true)
  })

  test('that is not taken is told, is not sent again and disables nothing', async () => {
    const { id } = await create()
    sink.answer = () => 410
    const { status, delivery } = await tryOut(id)
    sink.answer = () => 204
    expect(status).toBe(200)
    expect(delivery).toMatchObject({ status: 'failed', next_attempt_at: null, attempts: [{ status: 410, outcome: 'status' }] })
    expect((await http.api.call(`/v1/endpoints/${id}`)).body.disabled).toBe(false)
  })

  test('that reaches nobody says why', async () => {
    const { id } = await create({ url: 'http://127.0.0.1:9/' })
    const { status, delivery } = await tryOut(id)
    expect([status, delivery.status, delivery.attempts[0].outcome]).toEqual([200, 'failed', 'refused'])
  })

  test('of an unknown type is refused', async () => {
    const { id } = await create()
    for (const body of [{ type: 'job.*' }, { type: 'job.done' }, { types: [] }]) {
      expect((await http.api.post(`/v1/endpoints/${id}/test`, body)).status).toBe(400)
    }
  })
})

describe.each(PACKAGES)('the %s package', (_name, verifyBy) => {
  test('takes what is signed with the secret, and nothing that was changed', async () => {
    const { id, secret } = await create()
    const { came } = await tryOut(id)
    await verifyBy(secret, came)
    await expect(verifyBy(secret, { ...came, body: came.body.replace('completed', 'cancelled') })).rejects.toThrow()
    await expect(verifyBy((await create()).secret, came)).rejects.toThrow()
  })

  test('takes both secrets while a rotation overlaps, and the new one alone after it', async () => {
    const { id, secret: old } = await create()
    const { secret: fresh } = await rotate(id, { overlap_seconds: 60 })
    const { came } = await tryOut(id)
    for (const secret of [old, fresh]) await verifyBy(secret, came)
    const { secret: last } = await rotate(id, { overlap_seconds: 0 })
    const after = await tryOut(id)
    await verifyBy(last, after.came)
    for (const secret of [old, fresh]) await expect(verifyBy(secret, after.came)).rejects.toThrow()
  })
})

test('a public key verifies what a v1a endpoint gets, the old one too while a rotation overlaps', async () => {
  const { id, public_key: old } = await create({ signature: 'v1a' })
  expect(isSignedBy(old, (await tryOut(id)).came)).toBe(true)
  const { public_key: fresh } = await rotate(id, { overlap_seconds: 60 })
  const { came } = await tryOut(id)
  expect(came.headers['webhook-signature']).toMatch(/^v1a,\S{88} v1a,\S{88}$/)
  expect([isSignedBy(fresh, came), isSignedBy(old, came)]).toEqual([true, true])
  expect(isSignedBy(fresh, { ...came, body: `${came.body} ` })).toBe(false)
  const { public_key: last } = await rotate(id, { overlap_seconds: 0 })
  const after = (await tryOut(id)).came
  expect([isSignedBy(last, after), isSignedBy(fresh, after), isSignedBy(old, after)]).toEqual([true, false, false])
})
