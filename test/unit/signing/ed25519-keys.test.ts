import { createPublicKey, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { isSigningKey, makeSigningKey, newSigningSecret, publicKeyOf, signWebhook } from '../../../src/signing/index.ts'
import { asymmetricVector } from './vectors.ts'

const SEED = new Uint8Array(32).fill(7)

/** As a receiver does it: only with what `whpk_` says. */
function isSigned({ publicKey, headers, body }: { publicKey: string; headers: Record<string, string>; body: string }): boolean {
  const x = Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
  return (headers['webhook-signature'] ?? '')
    .split(' ')
    .filter((one) => one.startsWith('v1a,'))
    .some((one) => verify(null, signed, key, Buffer.from(one.slice('v1a,'.length), 'base64')))
}

describe('a callback signed by Ed25519', () => {
  test('has the signature that others publish for the same key, id, time and body', () => {
    const { key, publicKey, id, timestamp, body, signature } = asymmetricVector
    expect(publicKeyOf(key)).toBe(publicKey)
    const headers = signWebhook({ id, timestamp: new Date(timestamp * 1000 + 999), body, secret: key })
    expect(headers).toEqual({ 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature })
  })

  test('is verified with the public key alone, and with no other', () => {
    const key = makeSigningKey(SEED)
    const body = '{"type":"job.completed","data":{"name":"gr\u00f6\u00dfe \ud83d\ude42"}}'
    const headers = signWebhook({ id: 'dlv_1', timestamp: new Date(), body, secret: key })
    expect(headers['webhook-signature']).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/)
    expect(isSigned({ publicKey: publicKeyOf(key), headers, body })).toBe(true)
    expect(isSigned({ publicKey: publicKeyOf(key), headers, body: `${body} ` })).toBe(false)
    expect(isSigned({ publicKey: publicKeyOf(makeSigningKey(new Uint8Array(32))), headers, body })).toBe(false)
  })

  test('carries both signatures while a rotation overlaps, whatever their schemes', () => {
    const [fresh, old] = [makeSigningKey(SEED), makeSigningKey(new Uint8Array(32))]
    const headers = signWebhook({ id: 'dlv_1', timestamp: new Date(), body: '{}', secret: [fresh, old] })
    for (const key of [fresh, old]) expect(isSigned({ publicKey: publicKeyOf(key), headers, body: '{}' })).toBe(true)
    const mixed = signWebhook({ id: 'dlv_1', timestamp: new Date(), body: '{}', secret: [fresh, newSigningSecret('v1', SEED)] })
    expect(mixed['webhook-signature']).toMatch(/^v1a,\S+ v1,\S+$/)
  })
})

describe('a signing key', () => {
  test('is made of 32 random bytes, and says of which kind it is', () => {
    expect(newSigningSecret('v1a', SEED)).toBe(makeSigningKey(SEED))
    expect(isSigningKey(newSigningSecret('v1a', SEED))).toBe(true)
    expect(isSigningKey(newSigningSecret('v1', SEED))).toBe(false)
    expect(() => makeSigningKey(new Uint8Array(31))).toThrow('32 random bytes')
  })

  test.each(['whsk_', 'whsk_AAAA', `whsec_${Buffer.alloc(64).toString('base64')}`])(
    'that is none is refused without being repeated',
    (key) => {
      expect(() => publicKeyOf(key)).toThrow('Not a whsk_ key of 64 bytes')
    },
  )
})
