import { and, asc, eq, gt, sql } from 'drizzle-orm'

import type { EventRepository } from '../../domain/store.ts'
import { cleanJson } from '../clean-text.ts'
import { events } from '../schema/events.ts'
import { jobs } from '../schema/jobs.ts'
import type { Session } from '../session.ts'

export function createEventRepository({ db }: Session): EventRepository {
  return {
    async append(jobId, added) {
      if (added.length === 0) return []
      const count = sql`${added.length}::int`
      const job = db.$with('job').as(
        db
          .update(jobs)
          .set({ lastSeq: sql`${jobs.lastSeq} + ${count}` })
          .where(eq(jobs.id, jobId))
          .returning({ id: jobs.id, lastSeq: jobs.lastSeq }),
      )
      const numbered = sql`
        select
          event ->> 'id',
          job.id,
          (job.last_seq - ${count} + place)::int,
          event ->> 'type',
          event -> 'data',
          (event ->> 'createdAt')::timestamptz
        from job, jsonb_array_elements(${cleanJson(added)}::jsonb) with ordinality as added (event, place)`
      const inserted = await db.with(job).insert(events).select(numbered).returning()
      return inserted.toSorted((one, other) => one.seq - other.seq)
    },

    async list(jobId, { after, limit }) {
      return db
        .select()
        .from(events)
        .where(and(eq(events.jobId, jobId), gt(events.seq, after)))
        .orderBy(asc(events.seq))
        .limit(limit)
    },
  }
}
