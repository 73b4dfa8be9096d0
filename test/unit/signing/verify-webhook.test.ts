import { createHmac, createSecretKey } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeCallbackSecret, parseSecrets, signWebhook, verifyWebhook } from '../../../src/signing/index.ts'
import type { Secret, VerifyOutcome } from '../../../src/signing/index.ts'
import { openAiVector, standardVector } from './vectors.ts'

const { id, timestamp, body, signature } = openAiVector
const now = new Date(timestamp * 1000)
const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature }
const ours = secretsOf(openAiVector.secret)

function secretsOf(text: string): Secret[] {
  const parsed = parseSecrets(text)
  if (!parsed.ok) throw new Error(parsed.faults.join())
  return parsed.secrets
}

function verify(change: Partial<Parameters<typeof verifyWebhook>[0]> = {}): VerifyOutcome {
  return verifyWebhook({ rawBody: Buffer.from(body), headers, secrets: ours, now, ...change })
}

const verified = { outcome: 'verified', id, timestamp: now }
const refused = (reason: string): object => expect.objectContaining({ outcome: 'refused', reason })

describe('a webhook', () => {
  test('of OpenAI as it was sent is verified', () => {
    expect(verify()).toEqual(verified)
  })

  test('of the Standard Webhooks specification is verified', () => {
    const vector = standardVector
    const key = createSecretKey(Buffer.from(vector.secret.slice('whsec_'.length), 'base64'))
    const outcome = verifyWebhook({
      rawBody: Buffer.from(vector.body),
      headers: { 'webhook-id': vector.id, 'webhook-timestamp': String(vector.timestamp), 'webhook-signature': vector.signature },
      secrets: [{ keys: [key] }],
      now: new Date(vector.timestamp * 1000),
    })
    expect(outcome).toMatchObject({ outcome: 'verified', id: vector.id })
  })

  test('is verified by any of several secrets and any of several signatures', () => {
    const other = makeCallbackSecret(new Uint8Array(32).fill(1))
    const forged = `v1,${Buffer.alloc(32).toString('base64')}`
    expect(verify({ secrets: [...secretsOf(other), ...ours] })).toEqual(verified)
    expect(verify({ headers: { ...headers, 'webhook-signature': `v1a,what ${forged} v2,x  ${signature}` } })).toEqual(verified)
    expect(verify({ secrets: secretsOf(other) })).toEqual(refused('bad_signature'))
    expect(verify({ secrets: [] })).toEqual(refused('bad_signature'))
  })

  test('whose secret was copied without its prefix is verified, whichever library signed it', () => {
    const text = openAiVector.secret.slice('whsec_'.length)
    expect(verify({ secrets: secretsOf(text) })).toEqual(verified)
    const byText = createHmac('sha256', text).update(`${id}.${timestamp}.${body}`).digest('base64')
    expect(verify({ secrets: secretsOf(text), headers: { ...headers, 'webhook-signature': `v1,${byText}` } })).toEqual(verified)
  })

  test('with headers in any case is verified, and one header twice is not', () => {
    const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]))
    expect(verify({ headers: upper })).toEqual(verified)
    expect(verify({ headers: { ...headers, 'Webhook-Id': 'another' } })).toEqual(refused('missing_header'))
    expect(verify({ headers: { ...headers, 'webhook-id': [id, id] } })).toEqual(refused('missing_header'))
  })

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('without %s is refused', (name) => {
    expect(verify({ headers: { ...headers, [name]: undefined } })).toEqual(refused('missing_header'))
    expect(verify({ headers: { ...headers, [name]: '' } })).toEqual(refused('missing_header'))
  })

  test.each(['1750861210.0', '1750861210abc', ' 1750861210', '+1750861210', '-1', '0x10', '1e9', '１２', '9'.repeat(12), 'NaN'])(
    'with the timestamp %j is refused',
    (text) => {
      expect(verify({ headers: { ...headers, 'webhook-timestamp': text } })).toEqual(refused('bad_timestamp'))
    },
  )

  test.each(['wh_1.2', 'wh 1', 'wh\n1', 'ü', 'x'.repeat(257)])('with the id %j is refused', (text) => {
    expect(verify({ headers: { ...headers, 'webhook-id': text } })).toEqual(refused('bad_id'))
  })

  test('may be 300 seconds off either way and no more, and its age is told', () => {
    const at = (seconds: number): VerifyOutcome => verify({ now: new Date((timestamp + seconds) * 1000 + 999) })
    expect(at(300)).toEqual(verified)
    expect(at(-300)).toEqual(verified)
    expect(at(301)).toEqual({ outcome: 'refused', reason: 'too_old', id, ageSeconds: 301 })
    expect(at(-301)).toEqual({ outcome: 'refused', reason: 'too_new', id, ageSeconds: -301 })
    expect(verify({ now: new Date((timestamp + 30) * 1000), toleranceSeconds: 10 })).toEqual(refused('too_old'))
  })

  test('is too old only when its signature is right', () => {
    const stale = { ...headers, 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` }
    expect(verify({ headers: stale, now: new Date((timestamp + 9000) * 1000) })).toEqual(refused('bad_signature'))
  })

  test.each([
    ['no version', signature.slice(3)],
    ['another version', signature.replace('v1', 'v2')],
    ['no padding', signature.replace('=', '')],
    ['stray bits in the last letter', signature.replace('Y=', 'Z=')],
    ['a comma in place of the space', `v1,${Buffer.alloc(32).toString('base64')},${signature}`],
    ['too many before it', `${'v1,x '.repeat(32)}${signature}`],
  ])('with %s in its signature is refused', (_, text) => {
    expect(verify({ headers: { ...headers, 'webhook-signature': text } })).toEqual(refused('bad_signature'))
  })

  test('with any one byte of its body changed is refused', () => {
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const rawBody = Buffer.from(body)
        rawBody[at] = (rawBody[at] ?? 0) ^ flip
        expect(verify({ rawBody })).toEqual(refused('bad_signature'))
      }),
    )
  })

  test('with any one letter of a header changed is refused', () => {
    const name = fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature')
    fc.assert(
      fc.property(name, fc.nat(), fc.integer({ min: 0x21, max: 0x7e }), (header, place, code) => {
        const text = headers[header]
        const at = place % text.length
        fc.pre(text.charCodeAt(at) !== code)
        const changed = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1)
        expect(verify({ headers: { ...headers, [header]: changed } }).outcome).toBe('refused')
      }),
      { numRuns: 1000 },
    )
  })

  test('of hostile headers and bytes is refused and never throws', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (rawBody, ...texts) => {
          const hostile = { 'webhook-id': texts[0], 'webhook-timestamp': texts[1], 'webhook-signature': texts[2] }
          expect(verify({ rawBody, headers: hostile }).outcome).toBe('refused')
        },
      ),
    )
  })

  test('that we sign is verified by us, whatever bytes its body has', () => {
    const secret = makeCallbackSecret(new Uint8Array(32).fill(3))
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const signed = signWebhook({ id: 'evt_1', timestamp: now, body: text, secret })
        expect(verify({ headers: signed, rawBody: Buffer.from(text), secrets: secretsOf(secret) }).outcome).toBe('verified')
      }),
    )
  })
})
