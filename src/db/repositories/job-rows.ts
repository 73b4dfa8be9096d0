import { and, eq, getTableColumns, gt, gte, inArray, isNull, lt, notExists, sql, type SQL } from 'drizzle-orm'
import { alias, QueryBuilder } from 'drizzle-orm/pg-core'

import type { JobFilter } from '../../domain/store.ts'
import { isPlace } from '../../domain/structured-answer.ts'
import type { OutputMatch } from '../../domain/structured-answer.ts'
import { jobs } from '../schema/jobs.ts'
import { results, turns } from '../schema/turns.ts'

const { lastSeq: _, ...kept } = getTableColumns(jobs)
export const { deletedAt, deleteUpstream, ...columns } = kept

export const alive = isNull(deletedAt)

/** What a filter says of a job's row, and that it is not deleted. */
export function matching(filter: JobFilter): (SQL | undefined)[] {
  return [
    eq(jobs.tenantId, filter.tenantId),
    alive,
    filter.status && inArray(jobs.status, filter.status),
    filter.model === undefined ? undefined : eq(jobs.model, filter.model),
    filter.labels && sql`${jobs.labels} @> ${sql.param(filter.labels, jobs.labels)}`,
    filter.createdAfter && gte(jobs.createdAt, filter.createdAfter),
    filter.createdBefore && lt(jobs.createdAt, filter.createdBefore),
    filter.output && filter.output.length > 0 ? answers(filter.output) : undefined,
  ]
}

/** The newest result of the job says all of this. */
function answers(output: OutputMatch[]): SQL {
  const query = new QueryBuilder()
  const turn = alias(turns, 'its_turn')
  const laterResult = alias(results, 'later_result')
  const laterTurn = alias(turns, 'later_turn')
  const later = query
    .select({ id: laterResult.turnId })
    .from(laterResult)
    .innerJoin(laterTurn, eq(laterTurn.id, laterResult.turnId))
    .where(and(eq(laterResult.jobId, results.jobId), gt(laterTurn.number, turn.number)))
  const newest = query
    .select({ jobId: results.jobId })
    .from(results)
    .innerJoin(turn, eq(turn.id, results.turnId))
    .where(and(...output.map(holds), notExists(later)))
  return inArray(jobs.id, newest)
}

/**
 * A number in a path counts in a list, or is a name. An index knows no places in lists, so it finds what has the value
 * anywhere in them, and of that the path itself has the last word.
 */
function holds({ path, value }: OutputMatch): SQL {
  const shapes = path.reduceRight<unknown[]>((inner, segment) => inner.flatMap((one) => around(segment, one)), [value])
  const found = sql.join(
    shapes.map((shape) => sql`${results.outputJson} @> ${sql.param(shape, results.outputJson)}`),
    sql` or `,
  )
  if (shapes.length === 1) return found
  return sql`(${found}) and ${results.outputJson} #> ${sql.param(path)}::text[] = ${sql.param(value, results.outputJson)}`
}

function around(segment: string, inner: unknown): unknown[] {
  return isPlace(segment) ? [[inner], { [segment]: inner }] : [{ [segment]: inner }]
}
