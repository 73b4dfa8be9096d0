import { integer, primaryKey } from 'drizzle-orm/pg-core'

import type { HoldReason } from '../../domain/hold-model.ts'
import type { UpstreamError } from '../../domain/model.ts'
import { instant, jsonb, longhaul, nameOf, text } from './columns.ts'

/** What keeps an account, or one model of it (`model` empty: all), from taking new work. */
export const holds = longhaul.table(
  'holds',
  {
    account: text('account').notNull(),
    model: text('model').notNull(),
    reason: nameOf<HoldReason>('reason').notNull(),
    strikes: integer('strikes').notNull(),
    heldUntil: instant('held_until'),
    openedAt: instant('opened_at'),
    lastError: jsonb('last_error').$type<UpstreamError>(),
    updatedAt: instant('updated_at').notNull(),
  },
  (hold) => [primaryKey({ columns: [hold.account, hold.model] })],
)
