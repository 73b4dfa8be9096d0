import { desc, sql } from 'drizzle-orm'
import { doublePrecision, index, integer } from 'drizzle-orm/pg-core'

import type { InboxOutcome } from '../../domain/model.ts'
import { instant, longhaul, nameOf, text } from './columns.ts'

export const inbox = longhaul.table(
  'inbox',
  {
    id: text('id').primaryKey(),
    webhookId: text('webhook_id').notNull().unique(),
    account: text('account').notNull(),
    body: text('body').notNull(),
    eventType: text('event_type'),
    responseId: text('response_id'),
    sentAt: instant('sent_at').notNull(),
    receivedAt: instant('received_at').notNull(),
    attempts: integer('attempts').notNull(),
    dueAt: instant('due_at'),
    handledAt: instant('handled_at'),
    outcome: nameOf<InboxOutcome>('outcome'),
  },
  (entry) => [
    index('inbox_list').on(desc(entry.receivedAt), desc(entry.id)),
    index('inbox_due')
      .on(entry.dueAt)
      .where(sql`handled_at is null`),
    index('inbox_handled')
      .on(entry.handledAt)
      .where(sql`handled_at is not null`),
  ],
)

export const refusedWebhooks = longhaul.table(
  'refused_webhooks',
  {
    id: text('id').primaryKey(),
    account: text('account').notNull(),
    reason: text('reason').notNull(),
    webhookId: text('webhook_id'),
    ageSeconds: doublePrecision('age_seconds'),
    address: text('address'),
    receivedAt: instant('received_at').notNull(),
  },
  (refused) => [index('refused_webhooks_list').on(desc(refused.receivedAt), desc(refused.id))],
)
