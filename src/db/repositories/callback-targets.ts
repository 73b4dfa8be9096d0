import { and, asc, eq, inArray, lt, notExists, sql } from 'drizzle-orm'

import type { TargetRepository } from '../../domain/callback-store.ts'
import { deliveries } from '../schema/deliveries.ts'
import { callbackTargets, endpoints } from '../schema/endpoints.ts'
import { secondsAfter } from '../../domain/time.ts'
import type { Session } from '../session.ts'

const { failingSince, heldUntil, nextSlotAt, updatedAt } = callbackTargets

export function createTargetRepository({ db }: Session): TargetRepository {
  return {
    async get(id) {
      const [target] = await db.select().from(callbackTargets).where(eq(callbackTargets.id, id))
      return target ?? null
    },

    async put(target) {
      const set = { ...target, updatedAt: target.updatedAt ?? new Date() }
      const [row] = await db.insert(callbackTargets).values(set).onConflictDoUpdate({ target: callbackTargets.id, set }).returning()
      if (row === undefined) throw new Error(`callback target ${target.id} was not written`)
      return row
    },

    async remove(id) {
      await db.delete(callbackTargets).where(eq(callbackTargets.id, id))
    },

    async failed(target, { at, heldUntil: until }) {
      const [row] = await db
        .insert(callbackTargets)
        .values({ id: target.id, tenantId: target.tenantId, failingSince: at, heldUntil: until, updatedAt: at })
        .onConflictDoUpdate({
          target: callbackTargets.id,
          set: {
            failingSince: sql`coalesce(${failingSince}, excluded.failing_since)`,
            heldUntil: sql`greatest(${heldUntil}, excluded.held_until)`,
            updatedAt: at,
          },
        })
        .returning()
      if (row === undefined) throw new Error(`callback target ${target.id} was not written`)
      return row
    },

    async recovered(id, { startedAt }) {
      const began = sql.param(startedAt, updatedAt)
      await db
        .update(callbackTargets)
        .set({ failingSince: null, heldUntil: sql`case when ${updatedAt} <= ${began} then null else ${heldUntil} end` })
        .where(and(eq(callbackTargets.id, id)))
    },

    async takeSlot(target, { now, latest, spacingMs }) {
      const wished = sql`greatest(${nextSlotAt}, ${sql.param(now, nextSlotAt)}::timestamptz)`
      const [row] = await db
        .insert(callbackTargets)
        .values({ id: target.id, tenantId: target.tenantId, nextSlotAt: secondsAfter(now, spacingMs / 1000), updatedAt: now })
        .onConflictDoUpdate({
          target: callbackTargets.id,
          set: { nextSlotAt: sql`${wished} + ${spacingMs}::float8 * interval '1 millisecond'` },
          setWhere: sql`${wished} <= ${sql.param(latest, nextSlotAt)}::timestamptz`,
        })
        .returning({ nextSlotAt })
      return row?.nextSlotAt == null ? null : secondsAfter(row.nextSlotAt, -spacingMs / 1000)
    },

    async purge({ before, limit }) {
      const endpoint = db.select({ id: endpoints.id }).from(endpoints).where(eq(endpoints.id, callbackTargets.id))
      const waiting = db
        .select({ id: deliveries.id })
        .from(deliveries)
        .where(and(eq(deliveries.targetId, callbackTargets.id), sql`${deliveries.state} = 'pending'`))
      const old = db
        .select({ id: callbackTargets.id })
        .from(callbackTargets)
        .where(and(lt(updatedAt, before), notExists(endpoint), notExists(waiting)))
        .orderBy(asc(callbackTargets.id))
        .limit(limit)
        .for('update', { skipLocked: true })
      const { rowCount } = await db.delete(callbackTargets).where(inArray(callbackTargets.id, old))
      return rowCount ?? 0
    },
  }
}
