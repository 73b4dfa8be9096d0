import { Webhook } from 'standardwebhooks'

export interface WebhookToSign {
  id: string
  timestamp: Date
  body: string
  /** `whsec_…`; several while a rotation overlaps, and a receiver may hold any one of them. */
  secret: string | readonly string[]
}

/** The headers of Standard Webhooks for one attempt. */
export function signWebhook({ id, timestamp, body, secret }: WebhookToSign): Record<string, string> {
  if (!/^[\w-]{1,128}$/.test(id)) throw new RangeError('A webhook id is made of letters, digits, _ and -')
  const signatures = [secret].flat().map((one) => new Webhook(one).sign(id, timestamp, body))
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(timestamp.getTime() / 1000)),
    'webhook-signature': signatures.join(' '),
  }
}
