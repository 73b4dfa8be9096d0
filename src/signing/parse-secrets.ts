import { createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/** Keys show nothing of themselves in a log. */
export interface Secret {
  /** One secret may be read in two ways; a signature by either counts. */
  keys: KeyObject[]
}

export type ParsedSecrets = { ok: true; secrets: Secret[] } | { ok: false; faults: string[] }

const prefix = 'whsec_'
const minBytes = 24
const maxSecrets = 16

/** One or several secrets between commas or spaces. No fault repeats a secret. */
export function parseSecrets(text: string): ParsedSecrets {
  const texts = [...new Set(text.split(/[\s,]+/).filter((part) => part !== ''))]
  if (texts.length === 0) return { ok: false, faults: ['holds no secret'] }
  if (texts.length > maxSecrets) return { ok: false, faults: [`holds ${texts.length} secrets: ${maxSecrets} are the most`] }
  const read = texts.map((one, index) => readSecret(one, texts.length === 1 ? 'the secret' : `secret ${index + 1}`))
  const faults = read.filter((one) => typeof one === 'string')
  if (faults.length > 0) return { ok: false, faults }
  return { ok: true, secrets: read.filter((one) => typeof one !== 'string') }
}

function readSecret(text: string, name: string): Secret | string {
  if (/^wh[ps]k_/.test(text)) return `${name} is an asymmetric key (whpk_ or whsk_): copy the one that starts with ${prefix}`
  if (text.startsWith(prefix)) {
    const bytes = decodeBase64(text.slice(prefix.length))
    if (bytes === null) return `${name} is not correct base64 after ${prefix}: copy it again, with any = at its end`
    if (bytes.byteLength < minBytes) return `${name} decodes to ${bytes.byteLength} bytes: fewer than ${minBytes} can be guessed`
    return { keys: [createSecretKey(bytes)] }
  }
  // Without the prefix openai takes the text itself for the key, and standardwebhooks what it decodes to.
  const readings = [Buffer.from(text), decodeBase64(text)].filter((bytes) => bytes !== null && bytes.byteLength >= minBytes)
  if (readings.length === 0) return `${name} is shorter than ${minBytes} bytes: copy all of it, with ${prefix} at its front`
  return { keys: readings.map((bytes) => createSecretKey(bytes ?? Buffer.alloc(0))) }
}

/** Buffer skips over what is not base64; only text that comes out the same again was correct. */
function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}
