import { and, asc, eq, gte, inArray, lt, sql } from 'drizzle-orm'

import type { ReplayRepository } from '../../domain/callback-store.ts'
import type { Db } from '../database.ts'
import { events } from '../schema/events.ts'
import { jobs } from '../schema/jobs.ts'
import { alive, columns as jobColumns } from './job-rows.ts'
import { past } from './keyset.ts'

type Look = Parameters<ReplayRepository['listEvents']>

/**
 * Events know no tenant: a tenant with few of them in a wide span would have everybody's read until enough are found. So a page of
 * them is taken first, whosever they are, and of that the tenant's.
 */
export async function listReplayEvents(
  db: Db,
  { tenantId, since, until }: Look[0],
  { after, scan, limit }: Look[1],
): ReturnType<ReplayRepository['listEvents']> {
  const place = { at: events.createdAt, id: events.id }
  const page = db
    .select({ id: events.id, jobId: events.jobId, at: events.createdAt })
    .from(events)
    .where(and(gte(events.createdAt, since), lt(events.createdAt, until), past(place, after)))
    .orderBy(asc(events.createdAt), asc(events.id))
    .limit(scan)
  const { rows } = await db.execute<{ ids: string[]; is_end: boolean; id: string; at: number }>(sql`
    with page as materialized ${page},
    own as materialized (
      select page.id, page.created_at from page join longhaul.jobs on jobs.id = page.job_id
      where jobs.tenant_id = ${tenantId} and ${alive} order by page.created_at, page.id limit ${limit}
    ), edge as (
      (select id, created_at from page order by created_at desc, id desc limit 1)
      union all (select id, created_at from own order by created_at, id offset ${limit - 1})
      order by created_at, id limit 1
    )
    select array(select id from own) as ids, id, (extract(epoch from created_at) * 1000)::float8 as at,
      (select count(*) from page) < ${scan} and (select count(*) from own) < ${limit} as is_end
    from edge`)
  const [look] = rows
  if (look === undefined) return { found: [], next: null }
  const found = look.ids.length === 0 ? [] : await readEvents(db, look.ids)
  return { found, next: look.is_end ? null : { at: new Date(look.at), id: look.id } }
}

function readEvents(db: Db, ids: string[]) {
  return db
    .select({ event: events, job: jobColumns })
    .from(events)
    .innerJoin(jobs, eq(jobs.id, events.jobId))
    .where(and(inArray(events.id, ids), alive))
    .orderBy(asc(events.createdAt), asc(events.id))
}
