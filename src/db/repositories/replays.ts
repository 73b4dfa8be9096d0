import { and, asc, count, eq, getTableColumns, gt, gte, inArray, isNull, lt, lte, ne, or, sql } from 'drizzle-orm'

import type { ReplayRepository } from '../../domain/callback-store.ts'
import { artifacts } from '../schema/artifacts.ts'
import { deliveries } from '../schema/deliveries.ts'
import { replays } from '../schema/endpoints.ts'
import type { Session } from '../session.ts'
import { byKey } from './insert-order.ts'
import { beyond, newestFirst, past } from './keyset.ts'
import { listReplayEvents } from './replay-events.ts'

/** One more than a callback tells of says that there were more. */
const MOST_TOLD = 51
const running = sql`${replays.state} = 'running'`
const place = { at: replays.createdAt, id: replays.id }

export function createReplayRepository({ db }: Session): ReplayRepository {
  return {
    async insert(replay) {
      await db.insert(replays).values(replay)
    },

    async get(id, scope) {
      const own = scope === undefined ? undefined : eq(replays.tenantId, scope.tenantId)
      const [replay] = await db
        .select()
        .from(replays)
        .where(and(eq(replays.id, id), own))
      return replay ?? null
    },

    list({ tenantId, endpointId }, { limit, before }) {
      return db
        .select()
        .from(replays)
        .where(and(eq(replays.tenantId, tenantId), eq(replays.endpointId, endpointId), beyond(place, before)))
        .orderBy(...newestFirst(place))
        .limit(limit)
    },

    async countRunning(endpointId) {
      const [row] = await db
        .select({ running: count() })
        .from(replays)
        .where(and(eq(replays.endpointId, endpointId), running))
      return row?.running ?? 0
    },

    async claim(id, { now, until }) {
      const [replay] = await db
        .update(replays)
        .set({ claimedUntil: until })
        .where(and(eq(replays.id, id), running, unclaimed(now)))
        .returning()
      return replay ?? null
    },

    async update(id, set) {
      await db.update(replays).set(set).where(eq(replays.id, id))
    },

    async takeDue({ now, nextDue, limit }) {
      const due = db
        .select({ id: replays.id })
        .from(replays)
        .where(and(running, lte(replays.dueAt, now), unclaimed(now)))
        .orderBy(asc(replays.dueAt))
        .limit(limit)
        .for('update', { skipLocked: true })
      const taken = await db.update(replays).set({ dueAt: nextDue }).where(inArray(replays.id, due)).returning({ id: replays.id })
      return taken.map(({ id }) => id)
    },

    async listFinished({ endpointId, since, until }, { states, after, limit }) {
      return db
        .select({ at: deliveries.createdAt, id: deliveries.id })
        .from(deliveries)
        .where(
          and(
            eq(deliveries.endpointId, endpointId),
            gte(deliveries.createdAt, since),
            lt(deliveries.createdAt, until),
            inArray(deliveries.state, states),
            ne(deliveries.origin, 'test'),
            past({ at: deliveries.createdAt, id: deliveries.id }, after),
          ),
        )
        .orderBy(asc(deliveries.createdAt), asc(deliveries.id))
        .limit(limit)
    },

    async askAgain(asked) {
      if (asked.length === 0) return []
      const rows = JSON.stringify(asked.map(({ id, dueAt }) => ({ id, due_at: dueAt })))
      const taken = await db.execute<{ id: string }>(sql`
        update longhaul.deliveries d set state = 'pending', tries = 0, due_at = asked.due_at, finished_at = null, end_reason = null
        from jsonb_to_recordset(${rows}::jsonb) as asked(id text, due_at timestamptz)
        where d.id = asked.id and d.state <> 'pending' returning d.id`)
      return taken.rows.map(({ id }) => id)
    },

    listEvents: (replay, options) => listReplayEvents(db, replay, options),

    async insertMissing(planned) {
      if (planned.length === 0) return []
      const added = await db
        .insert(deliveries)
        .values(byKey(planned, ({ id }) => id))
        .onConflictDoNothing({ target: deliveries.id })
        .returning({ id: deliveries.id })
      return added.map(({ id }) => id)
    },

    async artifactsOf(jobIds) {
      if (jobIds.length === 0) return []
      const numbered = db
        .select({ id: artifacts.id, number: sql<number>`row_number() over (partition by job_id order by created_at, id)`.as('number') })
        .from(artifacts)
        .where(and(inArray(artifacts.jobId, jobIds), ne(artifacts.kind, 'input')))
        .as('numbered')
      return db
        .select(getTableColumns(artifacts))
        .from(artifacts)
        .innerJoin(numbered, and(eq(numbered.id, artifacts.id), lte(numbered.number, MOST_TOLD)))
        .orderBy(asc(artifacts.createdAt), asc(artifacts.id))
    },

    async progress({ endpointId, since, until, createdAt, filter }) {
      const again = sql`${deliveries.createdAt} >= ${sql.param(since, place.at)} and ${deliveries.createdAt} < ${sql.param(until, place.at)}`
      const own = eq(deliveries.createdAt, createdAt)
      const found = await db
        .select({ state: deliveries.state, rows: count() })
        .from(deliveries)
        .where(
          and(eq(deliveries.endpointId, endpointId), gt(deliveries.finishedAt, createdAt), filter === 'missing' ? own : or(again, own)),
        )
        .groupBy(deliveries.state)
      const of = (state: string): number => found.find((row) => row.state === state)?.rows ?? 0
      return { delivered: of('delivered'), failed: of('failed') }
    },

    async purge({ before, limit }) {
      const old = db
        .select({ id: replays.id })
        .from(replays)
        .where(and(eq(replays.state, 'done'), lt(replays.finishedAt, before)))
        .orderBy(asc(replays.id))
        .limit(limit)
        .for('update', { skipLocked: true })
      const { rowCount } = await db.delete(replays).where(inArray(replays.id, old))
      return rowCount ?? 0
    },
  }
}

function unclaimed(now: Date) {
  return or(isNull(replays.claimedUntil), lte(replays.claimedUntil, now))
}
