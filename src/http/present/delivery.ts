import { z } from 'zod'
import { EVENT_TYPES } from '../../domain/job-status.ts'
import { DELIVERY_STATES, ENDPOINT_EVENT_TYPES } from '../../domain/callback-model.ts'
import type { Delivery, DeliveryAttempt } from '../../domain/callback-model.ts'
import { iso, isoOrNull, listOf, textMap, time } from './shapes.ts'

const attemptSchema = z.object({
  number: z.int(),
  started_at: time,
  duration_ms: z.int(),
  status: z.int().nullable().describe('The HTTP status of the reply; null: none came.'),
  outcome: z.string().describe('`ok`, `status`, `redirect`, or why no reply came: `timeout`, `dns`, `refused`, `blocked`, …'),
  message: z.string().nullable(),
  reply_headers: textMap,
  reply_body: z.string().describe('Its first 4 kB.'),
})

export const deliverySchema = z
  .object({
    id: z.string().describe('The `webhook-id` of every attempt.'),
    object: z.literal('delivery'),
    job_id: z.string().nullable(),
    endpoint_id: z.string().nullable().describe('Null: to the job’s own `callback_url`.'),
    event_seq: z.int(),
    event_type: z.enum([...EVENT_TYPES, ...ENDPOINT_EVENT_TYPES]),
    url: z.string(),
    status: z.enum(DELIVERY_STATES),
    next_attempt_at: time.nullable(),
    created_at: time,
    finished_at: time.nullable(),
    attempts: z.array(attemptSchema),
  })
  .describe('One event on its way to one address.')
export const deliveryListSchema = listOf(deliverySchema)

export function presentDelivery({
  delivery,
  attempts,
}: {
  delivery: Delivery
  attempts: DeliveryAttempt[]
}): z.infer<typeof deliverySchema> {
  return {
    id: delivery.id,
    object: 'delivery',
    job_id: delivery.jobId,
    endpoint_id: delivery.endpointId,
    event_seq: delivery.eventSeq,
    event_type: delivery.eventType,
    url: delivery.url,
    status: delivery.state,
    next_attempt_at: delivery.state === 'pending' ? isoOrNull(delivery.dueAt) : null,
    created_at: iso(delivery.createdAt),
    finished_at: isoOrNull(delivery.finishedAt),
    attempts: attempts.map((attempt) => ({
      number: attempt.number,
      started_at: iso(attempt.startedAt),
      duration_ms: attempt.durationMs,
      status: attempt.status,
      outcome: attempt.outcome,
      message: attempt.message,
      reply_headers: attempt.replyHeaders,
      reply_body: attempt.replyBody,
    })),
  }
}
