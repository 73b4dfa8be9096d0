import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

const PRIVATE_PREFIX = 'whsk_'
const PUBLIC_PREFIX = 'whpk_'
const SEED_BYTES = 32
/** What stands before the 32 bytes of an Ed25519 key in PKCS #8. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A private key as Standard Webhooks writes one: the seed and then the public key, `whsk_…`. */
export function makeSigningKey(seed: Uint8Array): string {
  if (seed.byteLength !== SEED_BYTES) throw new RangeError(`An Ed25519 key is made of ${SEED_BYTES} random bytes`)
  return `${PRIVATE_PREFIX}${Buffer.concat([seed, publicBytes(privateKeyOf(seed))]).toString('base64')}`
}

export function isSigningKey(secret: string): boolean {
  return secret.startsWith(PRIVATE_PREFIX)
}

/** The half that may be shown: `whpk_…`. */
export function publicKeyOf(signingKey: string): string {
  return `${PUBLIC_PREFIX}${publicBytes(readSigningKey(signingKey)).toString('base64')}`
}

export function signEd25519(signingKey: string, message: string): Buffer {
  return sign(null, Buffer.from(message), readSigningKey(signingKey))
}

function readSigningKey(signingKey: string): KeyObject {
  const bytes = Buffer.from(signingKey.slice(PRIVATE_PREFIX.length), 'base64')
  if (!isSigningKey(signingKey) || bytes.byteLength !== 2 * SEED_BYTES) throw new TypeError('Not a whsk_ key of 64 bytes')
  return privateKeyOf(bytes.subarray(0, SEED_BYTES))
}

function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
}

function publicBytes(key: KeyObject): Buffer {
  return Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url')
}
