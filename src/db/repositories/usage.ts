import { and, asc, count, desc, eq, gte, lt, sql } from 'drizzle-orm'
import type { Column, SQL } from 'drizzle-orm'

import type { UsageQuery, UsageRepository } from '../../domain/store.ts'
import { usage } from '../schema/usage.ts'
import type { Session } from '../session.ts'

/** By its place: a grouping that carries a parameter is not the same expression twice. */
const GROUP = sql`1`
const COST = total(usage.costMicroUsd)

export function createUsageRepository({ db }: Session): UsageRepository {
  return {
    async insert(row) {
      const inserted = await db.insert(usage).values(row).onConflictDoNothing({ target: usage.turnId }).returning({ id: usage.turnId })
      return inserted.length > 0
    },

    async costOfJob(jobId) {
      const turns = await db.select({ cost: usage.costMicroUsd }).from(usage).where(eq(usage.jobId, jobId))
      if (turns.length === 0) return null
      return turns.reduce<number | null>((sum, { cost }) => (sum === null || cost === null ? null : sum + cost), 0)
    },

    async group(query) {
      return db
        .select({
          group: groupOf(query),
          turns: count(),
          inputTokens: total(usage.inputTokens),
          cachedTokens: total(usage.cachedTokens),
          cacheWriteTokens: total(usage.cacheWriteTokens),
          outputTokens: total(usage.outputTokens),
          reasoningTokens: total(usage.reasoningTokens),
          imageInputTokens: total(usage.imageInputTokens),
          imageOutputTokens: total(usage.imageOutputTokens),
          webSearches: total(usage.webSearches),
          fileSearches: total(usage.fileSearches),
          containers: total(usage.containers),
          costMicroUsd: COST,
          unpriced: sql`count(*) filter (where ${usage.costMicroUsd} is null)`.mapWith(Number),
          estimated: sql<boolean>`bool_or(${usage.estimated})`,
        })
        .from(usage)
        .where(and(eq(usage.tenantId, query.tenantId), gte(usage.createdAt, query.from), lt(usage.createdAt, query.to)))
        .groupBy(GROUP)
        .orderBy(...(query.by === 'day' ? [] : [desc(COST)]), asc(GROUP))
        .limit(query.limit)
    },
  }
}

function groupOf({ by, label }: UsageQuery): SQL<string | null> {
  switch (by) {
    case 'day':
      return sql`to_char(${usage.createdAt} at time zone 'UTC', 'YYYY-MM-DD')`
    case 'model':
      return sql`${usage.model}`
    case 'key':
      return sql`${usage.keyId}`
    case 'label':
      return sql`${usage.labels} ->> ${label ?? null}::text`
    default:
      return by satisfies never
  }
}

function total(column: Column): SQL<number> {
  return sql`coalesce(sum(${column}), 0)`.mapWith(Number)
}
