import { Webhook } from 'standardwebhooks'
import { isSigningKey, signEd25519 } from './ed25519-keys.ts'

export interface WebhookToSign {
  id: string
  timestamp: Date
  body: string
  /** `whsec_…` signs by HMAC, `whsk_…` by Ed25519; several while a rotation overlaps, and a receiver may hold any one of them. */
  secret: string | readonly string[]
}

/** The headers of Standard Webhooks for one attempt. */
export function signWebhook({ id, timestamp, body, secret }: WebhookToSign): Record<string, string> {
  if (!/^[\w-]{1,128}$/.test(id)) throw new RangeError('A webhook id is made of letters, digits, _ and -')
  const seconds = String(Math.floor(timestamp.getTime() / 1000))
  const signatures = [secret]
    .flat()
    .map((one) =>
      isSigningKey(one)
        ? `v1a,${signEd25519(one, `${id}.${seconds}.${body}`).toString('base64')}`
        : new Webhook(one).sign(id, timestamp, body),
    )
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures.join(' ') }
}
