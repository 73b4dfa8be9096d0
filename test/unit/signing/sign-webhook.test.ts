import OpenAI from 'openai'
import { Webhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { describe, expect, test } from 'vitest'
import { makeCallbackSecret, signWebhook } from '../../../src/signing/index.ts'
import { openAiVector, standardVector } from './vectors.ts'

const secret = makeCallbackSecret(new Uint8Array(32).fill(5))
const old = makeCallbackSecret(new Uint8Array(32).fill(6))
const event = { type: 'job.completed', timestamp: '2026-11-21T00:00:00Z', data: { id: 'job_1', labels: { name: 'größe 🙂' } } }
const body = JSON.stringify(event)
const client = new OpenAI({ apiKey: 'none' })

describe('a callback we sign', () => {
  test.each([openAiVector, standardVector])('has the known signature of $id', ({ id, timestamp, body: text, secret: known, signature }) => {
    expect(signWebhook({ id, timestamp: new Date(timestamp * 1000 + 999), body: text, secret: known })).toEqual({
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    })
  })

  test('is verified by the openai package, by standardwebhooks and by svix', async () => {
    const headers = signWebhook({ id: 'evt_1', timestamp: new Date(), body, secret })
    expect(await client.webhooks.unwrap(body, headers, secret)).toEqual(event)
    expect(new Webhook(secret).verify(body, headers)).toEqual(event)
    expect(() => new SvixWebhook(secret).verify(body, headers)).not.toThrow()
    expect(() => new SvixWebhook(old).verify(body, headers)).toThrow('signature')
    await expect(client.webhooks.unwrap(`${body} `, headers, secret)).rejects.toThrow('signature')
  })

  test('is verified with the old secret and with the new one while a rotation overlaps', async () => {
    const headers = signWebhook({ id: 'evt_1', timestamp: new Date(), body, secret: [secret, old] })
    for (const one of [secret, old]) {
      expect(await client.webhooks.unwrap(body, headers, one)).toEqual(event)
      expect(new Webhook(one).verify(body, headers)).toEqual(event)
    }
  })

  test('has an id that cannot be confused with what follows it', () => {
    for (const id of ['', 'a.b', 'a b', 'a\n']) {
      expect(() => signWebhook({ id, timestamp: new Date(), body, secret })).toThrow(RangeError)
    }
  })
})
