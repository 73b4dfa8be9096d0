import { and, asc, eq, inArray, isNotNull, isNull, lte, or, sql, type SQL } from 'drizzle-orm'

import type { TurnRepository } from '../../domain/store.ts'
import { turns } from '../schema/turns.ts'
import type { Session } from '../session.ts'

export function createTurnRepository({ db }: Session): TurnRepository {
  return {
    async insert(turn) {
      await db.insert(turns).values(turn)
    },

    async get(id) {
      const [turn] = await db.select().from(turns).where(eq(turns.id, id))
      return turn ?? null
    },

    async findByResponseId(responseId) {
      const [turn] = await db.select().from(turns).where(eq(turns.responseId, responseId))
      return turn ?? null
    },

    async listForJob(jobId) {
      return db.select().from(turns).where(eq(turns.jobId, jobId)).orderBy(asc(turns.number))
    },

    async claim(id, { states, set, now, until }) {
      const [turn] = await db
        .update(turns)
        .set({ ...set, claimedUntil: until })
        .where(and(eq(turns.id, id), inArray(turns.state, [...states]), unclaimed(now)))
        .returning()
      return turn ?? null
    },

    async extendClaim(id, until) {
      await db
        .update(turns)
        .set({ claimedUntil: until })
        .where(and(eq(turns.id, id), isNotNull(turns.claimedUntil)))
    },

    async update(id, { from, set }) {
      const [turn] = await db
        .update(turns)
        .set({ state: sql`state`, ...set })
        .where(and(eq(turns.id, id), inArray(turns.state, [...from])))
        .returning()
      return turn ?? null
    },

    async hint(id, at) {
      await db
        .update(turns)
        .set({ dueAt: at, hintedAt: at })
        .where(and(eq(turns.id, id), eq(turns.state, 'running')))
    },

    async takeDue({ now, nextDue, limit }) {
      const due = db
        .select({ id: turns.id })
        .from(turns)
        .where(and(sql`state <> 'done'`, lte(turns.dueAt, now), unclaimed(now)))
        .orderBy(asc(turns.dueAt))
        .limit(limit)
        .for('update', { skipLocked: true })
      return db.update(turns).set({ dueAt: nextDue }).where(inArray(turns.id, due)).returning()
    },
  }
}

function unclaimed(now: Date): SQL | undefined {
  return or(isNull(turns.claimedUntil), lte(turns.claimedUntil, now))
}
