import { z } from 'zod'
import { DELIVERY_ENDS, DELIVERY_ORIGINS, DELIVERY_STATES, ENDPOINT_EVENT_TYPES } from '../../domain/callback-model.ts'
import type { Delivery, DeliveryAttempt } from '../../domain/callback-model.ts'
import type { DeliverySummary } from '../../domain/callback-store.ts'
import { EVENT_TYPES } from '../../domain/job-status.ts'
import { iso, isoOrNull, listOf, textMap, time } from './shapes.ts'

const lastAttemptSchema = z.object({
  number: z.int(),
  started_at: time,
  status: z.int().nullable().describe('The HTTP status of the reply; null: none came.'),
  outcome: z.string().describe('`ok`, `status`, `redirect`, or why no reply came: `timeout`, `dns`, `refused`, `blocked`, …'),
})

const attemptSchema = lastAttemptSchema.extend({
  duration_ms: z.int(),
  message: z.string().nullable(),
  reply_headers: textMap.describe('The first 4 kB of them.'),
  reply_body: z.string().describe('Its first 4 kB.'),
})

const fields = {
  id: z.string().describe('The `webhook-id` of every attempt.'),
  object: z.literal('delivery'),
  job_id: z.string().nullable(),
  endpoint_id: z.string().nullable().describe('Null: to the job’s own `callback_url`.'),
  origin: z.enum(DELIVERY_ORIGINS).describe('`event` of a job; `test`: an example that was asked for; `notice`: of an endpoint.'),
  event_seq: z.int(),
  event_type: z.enum([...EVENT_TYPES, ...ENDPOINT_EVENT_TYPES]),
  url: z.string(),
  status: z.enum(DELIVERY_STATES),
  next_attempt_at: time.nullable(),
  created_at: time,
  finished_at: time.nullable(),
  end_reason: z
    .enum(DELIVERY_ENDS)
    .nullable()
    .describe(
      'Why it failed before its time: the address wanted no more (410), or its endpoint was disabled or deleted. Null: its attempts tell.',
    ),
  attempt_count: z.int().describe('All that were ever made.'),
}

export const deliverySummarySchema = z
  .object({ ...fields, last_attempt: lastAttemptSchema.nullable().describe('Null: none was made, or it is no longer kept.') })
  .describe('One event on its way to one address, in short.')
export const deliverySchema = z
  .object({
    ...fields,
    body: z.string().describe('What every attempt sends.'),
    attempts: z.array(attemptSchema).describe('Those that are still kept, oldest first.'),
  })
  .describe('One event on its way to one address.')
export const deliveryListSchema = listOf(deliverySummarySchema)

export function presentDeliverySummary({ delivery, lastAttempt }: DeliverySummary): z.infer<typeof deliverySummarySchema> {
  return { ...presentFields(delivery), last_attempt: lastAttempt && presentShort(lastAttempt) }
}

export function presentDelivery({
  delivery,
  attempts,
}: {
  delivery: Delivery
  attempts: DeliveryAttempt[]
}): z.infer<typeof deliverySchema> {
  return {
    ...presentFields(delivery),
    body: delivery.payload,
    attempts: attempts.map((attempt) => ({
      ...presentShort(attempt),
      duration_ms: attempt.durationMs,
      message: attempt.message,
      reply_headers: attempt.replyHeaders,
      reply_body: attempt.replyBody,
    })),
  }
}

function presentFields(delivery: DeliverySummary['delivery']) {
  return {
    id: delivery.id,
    object: 'delivery' as const,
    job_id: delivery.jobId,
    endpoint_id: delivery.endpointId,
    origin: delivery.origin,
    event_seq: delivery.eventSeq,
    event_type: delivery.eventType,
    url: delivery.url,
    status: delivery.state,
    next_attempt_at: delivery.state === 'pending' ? isoOrNull(delivery.dueAt) : null,
    created_at: iso(delivery.createdAt),
    finished_at: isoOrNull(delivery.finishedAt),
    end_reason: delivery.endReason,
    attempt_count: delivery.attempts,
  }
}

function presentShort({ number, startedAt, status, outcome }: NonNullable<DeliverySummary['lastAttempt']>) {
  return { number, started_at: iso(startedAt), status, outcome }
}
