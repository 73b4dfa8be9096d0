import { z } from 'zod'
import type { InboxEntry, RefusedWebhook } from '../../domain/model.ts'
import { INBOX_OUTCOMES } from '../../domain/model.ts'
import { iso, isoOrNull, listOf, time } from './shapes.ts'

/** A body is a thin event; one that is not is shown as far as it helps. */
const SHOWN = 4_000

export const receivedSchema = z
  .object({
    id: z.string(),
    object: z.literal('received_webhook'),
    webhook_id: z.string(),
    account: z.string(),
    event_type: z.string().nullable(),
    response_id: z.string().nullable(),
    outcome: z
      .enum(INBOX_OUTCOMES)
      .nullable()
      .describe('`foreign`: of a response that Longhaul did not make. `quarantined`: not readable. Null: not handled yet.'),
    sent_at: time,
    received_at: time,
    handled_at: time.nullable(),
    next_look_at: time.nullable(),
    body: z.string().describe('The first 4,000 characters as they came.'),
  })
  .describe('One verified webhook from OpenAI.')

export const refusedSchema = z
  .object({
    id: z.string(),
    object: z.literal('refused_webhook'),
    account: z.string(),
    reason: z.string(),
    webhook_id: z.string().nullable(),
    age_seconds: z.int().nullable().describe('By its own timestamp; negative: from the future.'),
    address: z.string().nullable(),
    received_at: time,
  })
  .describe('A request to the receiver that was not a webhook from OpenAI.')

export const inboxListSchema = listOf(z.union([receivedSchema, refusedSchema]))

export function presentReceived(entry: InboxEntry): z.infer<typeof receivedSchema> {
  return {
    id: entry.id,
    object: 'received_webhook',
    webhook_id: entry.webhookId,
    account: entry.account,
    event_type: entry.eventType,
    response_id: entry.responseId,
    outcome: entry.outcome,
    sent_at: iso(entry.sentAt),
    received_at: iso(entry.receivedAt),
    handled_at: isoOrNull(entry.handledAt),
    next_look_at: isoOrNull(entry.dueAt),
    body: entry.body.slice(0, SHOWN),
  }
}

export function presentRefused(refused: RefusedWebhook): z.infer<typeof refusedSchema> {
  return {
    id: refused.id,
    object: 'refused_webhook',
    account: refused.account,
    reason: refused.reason,
    webhook_id: refused.webhookId,
    age_seconds: refused.ageSeconds,
    address: refused.address,
    received_at: iso(refused.receivedAt),
  }
}
