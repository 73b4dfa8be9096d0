import { z } from 'zod'
import { anyObject } from '../present/shapes.ts'
import type { RouteDoc } from '../route.ts'

export const MAX_WEBHOOK_BYTES = 256_000

export const receivedReplySchema = z.object({ received: z.literal(true) })

const header = (description: string) => z.string().meta({ description })

const shared = {
  method: 'post',
  tag: 'OpenAI webhooks',
  access: 'public',
  description:
    'The signature is the key. Verified, stored, acknowledged: nothing else happens before the 200, and the same `webhook-id` is stored once. What is refused is told nothing of why.',
  query: z.object({}),
  headers: z.object({
    'webhook-id': header('Stays the same over OpenAI’s retries.'),
    'webhook-timestamp': header('Seconds; at most five minutes from now.'),
    'webhook-signature': header('`v1,…`; several may stand there.'),
  }),
  body: anyObject,
  replies: { 200: { description: 'It is stored.', schema: receivedReplySchema } },
} as const

const unready = 'No webhook secret is set, or the database is away: OpenAI tries again.'

/** The two addresses of the receiver, which is no ordinary route: it takes raw bytes, thousands of times a second. */
export const receiverDocs: readonly RouteDoc[] = [
  {
    ...shared,
    path: '/webhooks/openai',
    operation: 'receiveOpenAiWebhook',
    summary: 'Receive a webhook from OpenAI',
    params: z.object({}),
    faults: { 400: 'It is not a webhook from OpenAI.', 503: unready },
  },
  {
    ...shared,
    path: '/webhooks/openai/{account}',
    operation: 'receiveOpenAiWebhookForAccount',
    summary: 'Receive a webhook for one of several accounts',
    params: z.object({ account: z.string().meta({ description: 'The name of the account.' }) }),
    faults: { 400: 'It is not a webhook from OpenAI.', 404: 'There is no such account.', 503: unready },
  },
]
