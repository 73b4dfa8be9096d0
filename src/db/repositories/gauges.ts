import { and, asc, count, gt, isNull, lte, or, sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'

import type { GaugeRepository } from '../../domain/gauge-store.ts'
import { deliveries } from '../schema/deliveries.ts'
import { holds } from '../schema/holds.ts'
import { inbox } from '../schema/inbox.ts'
import { jobs } from '../schema/jobs.ts'
import { turns } from '../schema/turns.ts'
import type { Session } from '../session.ts'

const MOST_JOBS = 100_000

export function createGaugeRepository({ db }: Session): GaugeRepository {
  return {
    async openJobs(now) {
      const open = db
        .select({ status: jobs.status, since: sql`greatest(created_at, start_after)`.as('since') })
        .from(jobs)
        .where(sql`status in ('queued', 'in_progress', 'requires_action') and deleted_at is null`)
        .limit(MOST_JOBS)
        .as('open')
      const since = sql<Date | null>`min(${open.since}) filter (where ${open.status} <> 'requires_action' and ${open.since} <= ${now.toISOString()})`
      const rows = await db
        .select({ status: open.status, count: count(), since: since.mapWith(jobs.createdAt) })
        .from(open)
        .groupBy(open.status)
      const times = rows.flatMap((row) => row.since ?? [])
      return {
        counts: rows.map(({ status, count: jobsThere }) => ({ status, count: jobsThere })),
        since: times.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null,
      }
    },

    async owedSince(work, now) {
      const [first] = await OWED[work](db, now)
      return first?.dueAt ?? null
    },

    holds(now) {
      return db.select({ reason: holds.reason, count: count() }).from(holds).where(gt(holds.heldUntil, now)).groupBy(holds.reason)
    },
  }
}

type Owed = (db: Session['db'], now: Date) => Promise<{ dueAt: Date | null }[]>

/** Each walks the index of what is due from its oldest, and stops at the first that nobody holds. */
const OWED: Record<'turns' | 'inbox' | 'deliveries', Owed> = {
  turns: (db, now) =>
    db
      .select({ dueAt: turns.dueAt })
      .from(turns)
      .where(and(sql`state <> 'done'`, lte(turns.dueAt, now), unclaimed(turns.claimedUntil, now)))
      .orderBy(asc(turns.dueAt))
      .limit(1),
  inbox: (db, now) =>
    db
      .select({ dueAt: inbox.dueAt })
      .from(inbox)
      .where(and(sql`handled_at is null`, lte(inbox.dueAt, now)))
      .orderBy(asc(inbox.dueAt))
      .limit(1),
  deliveries: (db, now) =>
    db
      .select({ dueAt: deliveries.dueAt })
      .from(deliveries)
      .where(and(sql`state = 'pending'`, lte(deliveries.dueAt, now), unclaimed(deliveries.claimedUntil, now)))
      .orderBy(asc(deliveries.dueAt))
      .limit(1),
}

function unclaimed(claimedUntil: PgColumn, now: Date): SQL | undefined {
  return or(isNull(claimedUntil), lte(claimedUntil, now))
}
