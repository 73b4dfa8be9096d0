import { and, asc, desc, eq, getTableColumns, gt, inArray, isNotNull, isNull, lte, notExists, or, sql, type SQL } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'

import { HELD_MODEL_CHARS } from '../../domain/hold-model.ts'
import { HELD_STAGE } from '../../domain/note-progress.ts'
import type { TurnRepository } from '../../domain/store.ts'
import { holds } from '../schema/holds.ts'
import { jobs } from '../schema/jobs.ts'
import { turns } from '../schema/turns.ts'
import type { Session } from '../session.ts'

/** An input may be long, and is for the start of its turn alone. */
const { input: _input, ...columns } = getTableColumns(turns)

export function createTurnRepository({ db }: Session): TurnRepository {
  return {
    async insert(turn, more) {
      await db.insert(turns).values({ ...turn, ...more })
    },

    async getInput(id) {
      const [turn] = await db.select({ input: turns.input }).from(turns).where(eq(turns.id, id))
      return turn?.input ?? null
    },

    async listInputs(jobId) {
      const rows = await db
        .select({ input: turns.input })
        .from(turns)
        .where(and(eq(turns.jobId, jobId), isNotNull(turns.input)))
      return rows.flatMap(({ input }) => input ?? [])
    },

    async get(id) {
      const [turn] = await db.select(columns).from(turns).where(eq(turns.id, id))
      return turn ?? null
    },

    async findByResponseId(responseId) {
      const [turn] = await db.select(columns).from(turns).where(eq(turns.responseId, responseId))
      return turn ?? null
    },

    async listForJob(jobId) {
      return db.select(columns).from(turns).where(eq(turns.jobId, jobId)).orderBy(asc(turns.number))
    },

    async claim(id, { states, set, now, until }) {
      const [turn] = await db
        .update(turns)
        .set({ ...set, claimedUntil: until })
        .where(and(eq(turns.id, id), inArray(turns.state, [...states]), unclaimed(now)))
        .returning(columns)
      return turn ?? null
    },

    async extendClaim(id, until) {
      await db
        .update(turns)
        .set({ claimedUntil: until })
        .where(and(eq(turns.id, id), isNotNull(turns.claimedUntil)))
    },

    async update(id, { from, attempt, set }) {
      const isAttempt = attempt === undefined ? undefined : eq(turns.submitAttempts, attempt)
      const [turn] = await db
        .update(turns)
        .set({ state: sql`state`, ...set })
        .where(and(eq(turns.id, id), inArray(turns.state, [...from]), isAttempt))
        .returning(columns)
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
      return db.update(turns).set({ dueAt: nextDue }).where(inArray(turns.id, due)).returning(columns)
    },

    async wakeHeld({ account, model, now, limit, first }) {
      const heldModel = sql`left(${jobs.model}, ${HELD_MODEL_CHARS})`
      const still = db
        .select({ account: holds.account })
        .from(holds)
        .where(
          and(
            eq(holds.account, account),
            or(eq(holds.model, ''), eq(holds.model, heldModel)),
            gt(holds.strikes, 0),
            gt(holds.heldUntil, now),
          ),
        )
      const turn = alias(turns, 'held')
      const held = db
        .select({ id: turn.id })
        .from(turn)
        .innerJoin(jobs, eq(jobs.id, turn.jobId))
        .where(
          and(
            sql`${turn.state} = 'ready'`,
            eq(turn.account, account),
            gt(turn.dueAt, now),
            sql`${jobs.progress} ->> 'stage' = ${HELD_STAGE}`,
            model === '' ? undefined : eq(heldModel, sql.param(model, jobs.model)),
            notExists(still),
          ),
        )
        .orderBy(...(first === 'untried' ? [asc(turn.submitAttempts)] : []), desc(jobs.priority), asc(jobs.createdAt), asc(turn.id))
        .limit(limit)
        .for('update', { of: turn, skipLocked: true })
      const woken = await db.update(turns).set({ dueAt: now }).where(inArray(turns.id, held)).returning({ id: turns.id })
      return woken.map(({ id }) => id)
    },
  }
}

function unclaimed(now: Date): SQL | undefined {
  return or(isNull(turns.claimedUntil), lte(turns.claimedUntil, now))
}
