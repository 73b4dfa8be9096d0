import { Webhook } from 'standardwebhooks'

/** One `v1,` signature for each secret, newest first, separated by spaces. */
export function signWebhook({ id, at, body, secrets }: { id: string; at: Date; body: string; secrets: readonly string[] }): string {
  return secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' ')
}
