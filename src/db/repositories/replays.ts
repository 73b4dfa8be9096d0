import { and, asc, eq, inArray, isNull, lte, or, sql } from 'drizzle-orm'

import type { ReplayRepository } from '../../domain/callback-store.ts'
import { replays } from '../schema/endpoints.ts'
import type { Session } from '../session.ts'

const running = sql`state = 'running'`

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
  }
}

function unclaimed(now: Date) {
  return or(isNull(replays.claimedUntil), lte(replays.claimedUntil, now))
}
