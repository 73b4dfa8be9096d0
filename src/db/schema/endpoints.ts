import { desc, sql } from 'drizzle-orm'
import { index, integer } from 'drizzle-orm/pg-core'

import type { DisabledReason, ReplayFilter, ReplayState, SignatureScheme } from '../../domain/callback-model.ts'
import { instant, jsonb, longhaul, nameOf, text } from './columns.ts'

export const endpoints = longhaul.table(
  'endpoints',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    url: text('url').notNull(),
    description: text('description').notNull(),
    eventTypes: jsonb('event_types').$type<string[]>(),
    labels: jsonb('labels').$type<Record<string, string>>().notNull(),
    sealedHeaders: text('sealed_headers'),
    ratePerSecond: integer('rate_per_second'),
    signature: nameOf<SignatureScheme>('signature').notNull(),
    sealedSecrets: text('sealed_secrets').notNull(),
    disabledAt: instant('disabled_at'),
    disabledReason: nameOf<DisabledReason>('disabled_reason'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (endpoint) => [index('endpoints_list').on(endpoint.tenantId, desc(endpoint.createdAt), desc(endpoint.id))],
)

/** How each address behaves: an endpoint, or the host of a job's own `callback_url`. */
export const callbackTargets = longhaul.table('callback_targets', {
  id: text('id').primaryKey(),
  tenantId: text('tenant_id').notNull(),
  failingSince: instant('failing_since'),
  heldUntil: instant('held_until'),
  nextSlotAt: instant('next_slot_at'),
  updatedAt: instant('updated_at').notNull(),
})

export const replays = longhaul.table(
  'replays',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    endpointId: text('endpoint_id')
      .notNull()
      .references(() => endpoints.id, { onDelete: 'cascade' }),
    since: instant('since').notNull(),
    until: instant('until').notNull(),
    filter: nameOf<ReplayFilter>('filter').notNull(),
    state: nameOf<ReplayState>('state').notNull(),
    /** How far it has got; null: not begun. */
    cursor: text('cursor'),
    planned: integer('planned').notNull(),
    dueAt: instant('due_at'),
    claimedUntil: instant('claimed_until'),
    createdAt: instant('created_at').notNull(),
    finishedAt: instant('finished_at'),
  },
  (replay) => [
    index('replays_list').on(replay.endpointId, desc(replay.createdAt), desc(replay.id)),
    index('replays_due')
      .on(replay.dueAt)
      .where(sql`state = 'running'`),
  ],
)
