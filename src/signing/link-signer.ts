import { Buffer } from 'node:buffer'
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { LinkSigner } from '../domain/ports.ts'

const SECRET_BYTES = 32

/** By HMAC-SHA256, as base64url. The key is derived for links alone: it opens nothing and signs nothing else. */
export function createLinkSigner(secret: Uint8Array): LinkSigner {
  if (secret.length !== SECRET_BYTES) throw new RangeError(`Links need a secret of ${SECRET_BYTES} bytes, not ${secret.length}.`)
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'longhaul:links:v1', SECRET_BYTES))
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('base64url')
  return {
    sign,
    isSigned(text, signature) {
      const [given, expected] = [Buffer.from(signature), Buffer.from(sign(text))]
      return given.byteLength === expected.byteLength && timingSafeEqual(given, expected)
    },
  }
}
