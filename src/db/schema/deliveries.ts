import { sql } from 'drizzle-orm'
import { doublePrecision, index, integer, primaryKey } from 'drizzle-orm/pg-core'

import type { EventType } from '../../domain/job-status.ts'
import type { DeliveryState } from '../../domain/model.ts'
import { instant, jsonb, longhaul, nameOf, text } from './columns.ts'
import { jobs } from './jobs.ts'

export const deliveries = longhaul.table(
  'deliveries',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    eventSeq: integer('event_seq').notNull(),
    eventType: nameOf<EventType>('event_type').notNull(),
    url: text('url').notNull(),
    payload: text('payload').notNull(),
    state: nameOf<DeliveryState>('state').notNull(),
    attempts: integer('attempts').notNull(),
    dueAt: instant('due_at'),
    claimedUntil: instant('claimed_until'),
    createdAt: instant('created_at').notNull(),
    finishedAt: instant('finished_at'),
  },
  (delivery) => [
    index('deliveries_job').on(delivery.jobId),
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
  (attempt) => [primaryKey({ columns: [attempt.deliveryId, attempt.number] })],
)
