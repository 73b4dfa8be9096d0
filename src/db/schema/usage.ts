import { bigint, boolean, index, integer } from 'drizzle-orm/pg-core'

import { instant, jsonb, longhaul, text } from './columns.ts'

const count = (name: string) => bigint(name, { mode: 'number' }).notNull()

/** No foreign key: what was paid is told for longer than the job may live. */
export const usage = longhaul.table(
  'usage',
  {
    turnId: text('turn_id').primaryKey(),
    jobId: text('job_id').notNull(),
    tenantId: text('tenant_id').notNull(),
    keyId: text('key_id'),
    account: text('account').notNull(),
    model: text('model').notNull(),
    serviceTier: text('service_tier'),
    labels: jsonb('labels').$type<Record<string, string>>().notNull(),
    inputTokens: count('input_tokens'),
    cachedTokens: count('cached_tokens'),
    cacheWriteTokens: count('cache_write_tokens'),
    outputTokens: count('output_tokens'),
    reasoningTokens: count('reasoning_tokens'),
    imageInputTokens: count('image_input_tokens'),
    imageOutputTokens: count('image_output_tokens'),
    webSearches: integer('web_searches').notNull(),
    fileSearches: integer('file_searches').notNull(),
    containers: integer('containers').notNull(),
    costMicroUsd: bigint('cost_micro_usd', { mode: 'number' }),
    estimated: boolean('estimated').notNull(),
    prices: text('prices').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (row) => [index('usage_tenant').on(row.tenantId, row.createdAt), index('usage_job').on(row.jobId)],
)
