import { Buffer } from 'node:buffer'
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes } from 'node:crypto'
import type { Vault } from '../domain/ports.ts'

const VERSION = 'v1'
const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Seals as `v1.` and base64url of nonce, ciphertext and tag. The key serves this purpose alone. */
export function createVault(secret: Uint8Array): Vault {
  if (secret.length !== KEY_BYTES) throw new RangeError(`The vault needs a secret of ${KEY_BYTES} bytes, not ${secret.length}.`)
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'longhaul:vault:v1', KEY_BYTES)))

  function seal(text: string): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(VERSION))
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return `${VERSION}.${sealed.toString('base64url')}`
  }

  function open(sealed: string): string {
    const [version, body = ''] = sealed.split('.', 2)
    const bytes = Buffer.from(body, 'base64url')
    if (version !== VERSION || bytes.length < NONCE_BYTES + TAG_BYTES) {
      throw new Error('This is not a sealed value, or a newer Longhaul sealed it.')
    }
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(VERSION))
      .setAuthTag(bytes.subarray(-TAG_BYTES))
    try {
      return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    } catch (cause) {
      throw new Error('The value was sealed under another LONGHAUL_SECRET, or is damaged.', { cause })
    }
  }

  return { seal, open }
}
