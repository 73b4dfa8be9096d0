import { and, asc, eq, inArray, isNull, lte, or, sql } from 'drizzle-orm'

import type { DeliveryRepository } from '../../domain/callback-store.ts'
import { attempts, deliveries } from '../schema/deliveries.ts'
import { jobs } from '../schema/jobs.ts'
import type { Session } from '../session.ts'
import { createDeliveryHistory } from './delivery-history.ts'
import { claimDeliveries, isHeldBack, takeDueDeliveries } from './delivery-claims.ts'
import { byKey } from './insert-order.ts'
import { recordAttempts } from './record-attempts.ts'

const pending = sql`${deliveries.state} = 'pending'`
const ENDED = { state: 'failed', dueAt: null, claimedUntil: null } as const

export function createDeliveryRepository(session: Session): DeliveryRepository {
  const { db } = session
  /** Those that another transaction holds are its business. */
  const pendingOf = (targetId: string, limit: number) =>
    db
      .select({ id: deliveries.id })
      .from(deliveries)
      .where(and(eq(deliveries.targetId, targetId), pending))
      .limit(limit)
      .for('update', { skipLocked: true })

  return {
    ...createDeliveryHistory(session),

    async insert(planned) {
      if (planned.length === 0) return
      await db
        .insert(deliveries)
        .values(byKey(planned, ({ id }) => id))
        .onConflictDoNothing({ target: deliveries.id })
    },

    async targetsOf(ids) {
      if (ids.length === 0) return []
      return db
        .select({ id: deliveries.id, targetId: deliveries.targetId })
        .from(deliveries)
        .where(and(sql`${deliveries.id} = any(${sql.param(ids)})`, pending))
    },

    async claim(ids, claim) {
      return ids.length === 0 ? [] : claimDeliveries(db, { ids, ...claim })
    },

    async putOff(ids, { dueAt }) {
      if (ids.length === 0) return
      await db
        .update(deliveries)
        .set({ dueAt, claimedUntil: null })
        .where(and(inArray(deliveries.id, ids), pending))
    },

    async recordAttempt(attempt, next) {
      await recordAttempts(db, [{ attempt, next }])
    },

    async recordAttempts(made) {
      return made.length === 0 ? [] : recordAttempts(db, made)
    },

    async wasToldGone(jobId) {
      const [told] = await db
        .select({ number: attempts.number })
        .from(attempts)
        .innerJoin(deliveries, eq(deliveries.id, attempts.deliveryId))
        .where(and(eq(deliveries.jobId, jobId), isNull(deliveries.endpointId), eq(attempts.status, 410)))
        .limit(1)
      return told !== undefined
    },

    async failPendingForTarget(targetId, { at, reason, limit }) {
      const ended = await db
        .update(deliveries)
        .set({ ...ENDED, finishedAt: at, endReason: reason })
        .where(inArray(deliveries.id, pendingOf(targetId, limit)))
        .returning({ id: deliveries.id })
      return ended.length
    },

    async failPendingForJob(jobId, at) {
      const ownAddress = db.select({ url: jobs.callbackUrl }).from(jobs).where(eq(jobs.id, jobId))
      await db
        .update(deliveries)
        .set({ ...ENDED, finishedAt: at, endReason: 'gone' })
        .where(and(eq(deliveries.jobId, jobId), isNull(deliveries.endpointId), pending, inArray(deliveries.url, ownAddress)))
    },

    takeDue: (due) => takeDueDeliveries(db, due),

    async listDue(targetId, { now, limit }) {
      const due = await db
        .select({ id: deliveries.id })
        .from(deliveries)
        .where(and(eq(deliveries.targetId, targetId), pending, lte(deliveries.dueAt, now), unclaimed(now), sql`not ${isHeldBack(now)}`))
        .orderBy(asc(deliveries.dueAt))
        .limit(limit)
      return due.map(({ id }) => id)
    },
  }
}

function unclaimed(now: Date) {
  return or(isNull(deliveries.claimedUntil), lte(deliveries.claimedUntil, now))
}
