import { createHmac, timingSafeEqual } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Secret } from './parse-secrets.ts'

export type RefusalReason =
  | 'missing_header'
  | 'bad_id'
  | 'bad_timestamp'
  /** No signature of ours: forged, or signed with a secret that is not set here. */
  | 'bad_signature'
  /** Correctly signed, but too long ago or in the future: a replay, or a clock that is off. */
  | 'too_old'
  | 'too_new'

export type VerifyOutcome =
  | { outcome: 'verified'; id: string; timestamp: Date }
  | { outcome: 'refused'; reason: RefusalReason; id: string | null; ageSeconds: number | null }

export interface WebhookToVerify {
  rawBody: Uint8Array
  headers: Record<string, string | string[] | undefined>
  secrets: readonly Secret[]
  now: Date
  toleranceSeconds?: number
}

const maxCandidates = 32
// No dot: it parts id, timestamp and body in the signed text, which could otherwise be cut elsewhere.
const idShape = /^[\x21-\x2d\x2f-\x7e]{1,256}$/
const timestampShape = /^\d{1,11}$/
const candidateShape = /^v1,([A-Za-z0-9+/]{43}=)$/

// By node:crypto: standardwebhooks reads the clock itself, turns the body into text and takes `12ab` for a timestamp.
export function verifyWebhook({ rawBody, headers, secrets, now, toleranceSeconds = 300 }: WebhookToVerify): VerifyOutcome {
  const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headerOf(headers, name))
  const goodId = id !== undefined && idShape.test(id) ? id : null
  const seconds = timestamp !== undefined && timestampShape.test(timestamp) ? Number(timestamp) : null
  const ageSeconds = seconds === null ? null : Math.floor(now.getTime() / 1000) - seconds
  const refused = (reason: RefusalReason): VerifyOutcome => ({ outcome: 'refused', reason, id: goodId, ageSeconds })

  if (!id || !timestamp || !signature) return refused('missing_header')
  if (goodId === null) return refused('bad_id')
  if (seconds === null || ageSeconds === null) return refused('bad_timestamp')
  const candidates = readCandidates(signature)
  const sign = (key: KeyObject): Buffer => createHmac('sha256', key).update(`${goodId}.${timestamp}.`).update(rawBody).digest()
  const expected = candidates.length === 0 ? [] : secrets.flatMap(({ keys }) => keys.map(sign))
  if (!expected.some((one) => candidates.some((candidate) => timingSafeEqual(one, candidate)))) return refused('bad_signature')
  if (ageSeconds > toleranceSeconds) return refused('too_old')
  if (ageSeconds < -toleranceSeconds) return refused('too_new')
  return { outcome: 'verified', id: goodId, timestamp: new Date(seconds * 1000) }
}

/** Other versions are passed over; so is base64 that does not come out the same again. */
function readCandidates(signature: string): Buffer[] {
  return signature.split(' ', maxCandidates).flatMap((text) => {
    const [, base64 = ''] = candidateShape.exec(text) ?? []
    const bytes = Buffer.from(base64, 'base64')
    return bytes.byteLength === 32 && bytes.toString('base64') === base64 ? [bytes] : []
  })
}

function headerOf(headers: WebhookToVerify['headers'], name: string): string | undefined {
  const values = Object.keys(headers)
    .filter((key) => key.toLowerCase() === name)
    .flatMap((key) => headers[key] ?? [])
  return values.length === 1 ? values[0] : undefined
}
