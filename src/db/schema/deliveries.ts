import { desc, sql } from 'drizzle-orm'
import { doublePrecision, index, integer, primaryKey } from 'drizzle-orm/pg-core'

import type { CallbackType, DeliveryEnd, DeliveryOrigin, DeliveryState } from '../../domain/callback-model.ts'
import { instant, jsonb, longhaul, nameOf, text } from './columns.ts'
import { jobs } from './jobs.ts'

export const deliveries = longhaul.table(
  'deliveries',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    jobId: text('job_id').references(() => jobs.id, { onDelete: 'cascade' }),
    /** No foreign key: what was sent is told for longer than the endpoint may live. */
    endpointId: text('endpoint_id'),
    targetId: text('target_id').notNull().default(''),
    origin: nameOf<DeliveryOrigin>('origin').notNull().default('event'),
    eventSeq: integer('event_seq').notNull(),
    eventType: nameOf<CallbackType>('event_type').notNull(),
    url: text('url').notNull(),
    payload: text('payload').notNull(),
    state: nameOf<DeliveryState>('state').notNull(),
    attempts: integer('attempts').notNull(),
    tries: integer('tries').notNull().default(0),
    dueAt: instant('due_at'),
    claimedUntil: instant('claimed_until'),
    createdAt: instant('created_at').notNull(),
    finishedAt: instant('finished_at'),
    endReason: nameOf<DeliveryEnd>('end_reason'),
  },
  (delivery) => [
    index('deliveries_job').on(delivery.jobId),
    index('deliveries_list').on(delivery.tenantId, desc(delivery.createdAt), desc(delivery.id)),
    index('deliveries_endpoint')
      .on(delivery.endpointId, desc(delivery.createdAt), desc(delivery.id))
      .where(sql`endpoint_id is not null`),
    index('deliveries_target')
      .on(delivery.targetId, delivery.dueAt)
      .where(sql`state = 'pending'`),
    index('deliveries_order')
      .on(delivery.jobId, delivery.targetId, delivery.eventSeq)
      .where(sql`state = 'pending'`),
    index('deliveries_due')
      .on(delivery.dueAt)
      .where(sql`state = 'pending'`),
  ],
)

export const attempts = longhaul.table(
  'attempts',
  {
    deliveryId: text('delivery_id')
      .notNull()
      .references(() => deliveries.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    startedAt: instant('started_at').notNull(),
    durationMs: doublePrecision('duration_ms').notNull(),
    status: integer('status'),
    outcome: text('outcome').notNull(),
    message: text('message'),
    replyHeaders: jsonb('reply_headers').$type<Record<string, string>>().notNull(),
    replyBody: text('reply_body').notNull(),
  },
  (attempt) => [primaryKey({ columns: [attempt.deliveryId, attempt.number] }), index('attempts_age').on(attempt.startedAt)],
)
