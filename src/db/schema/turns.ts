import { sql } from 'drizzle-orm'
import { index, integer, uniqueIndex } from 'drizzle-orm/pg-core'

import type { Citation, ItemNote, Json, JsonObject, TurnState, UpstreamError } from '../../domain/model.ts'
import { instant, jsonb, longhaul, nameOf, text } from './columns.ts'
import { jobs } from './jobs.ts'

export const turns = longhaul.table(
  'turns',
  {
    id: text('id').primaryKey(),
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    tenantId: text('tenant_id').notNull(),
    account: text('account').notNull(),
    number: integer('number').notNull(),
    state: nameOf<TurnState>('state').notNull(),
    responseId: text('response_id'),
    input: text('input'),
    upstreamStatus: text('upstream_status'),
    model: text('model'),
    submitAttempts: integer('submit_attempts').notNull(),
    polls: integer('polls').notNull(),
    dueAt: instant('due_at'),
    claimedUntil: instant('claimed_until'),
    hintedAt: instant('hinted_at'),
    missingSince: instant('missing_since'),
    lastError: jsonb('last_error').$type<UpstreamError>(),
    createdAt: instant('created_at').notNull(),
    submittedAt: instant('submitted_at'),
    finishedAt: instant('finished_at'),
  },
  (turn) => [
    uniqueIndex('turns_number').on(turn.jobId, turn.number),
    uniqueIndex('turns_response').on(turn.responseId),
    index('turns_due')
      .on(turn.dueAt)
      .where(sql`state <> 'done'`),
  ],
)

export const results = longhaul.table(
  'results',
  {
    turnId: text('turn_id')
      .primaryKey()
      .references(() => turns.id, { onDelete: 'cascade' }),
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    body: text('body').notNull(),
    outputText: text('output_text').notNull(),
    citations: jsonb('citations').$type<Citation[]>().notNull(),
    usage: jsonb('usage').$type<JsonObject>(),
    outputJson: jsonb('output_json').$type<Json>(),
    items: jsonb('items').$type<ItemNote[]>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (result) => [index('results_job').on(result.jobId), index('results_output').using('gin', sql`output_json jsonb_path_ops`)],
)
