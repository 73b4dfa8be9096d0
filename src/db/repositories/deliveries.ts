import { and, asc, eq, inArray, isNull, lte, or, sql } from 'drizzle-orm'

import type { DeliveryRepository } from '../../domain/callback-store.ts'
import { attempts, deliveries } from '../schema/deliveries.ts'
import { jobs } from '../schema/jobs.ts'
import type { Session } from '../session.ts'
import { byKey } from './insert-order.ts'

const pending = sql`state = 'pending'`

export function createDeliveryRepository({ db, atomically }: Session): DeliveryRepository {
  return {
    async insert(planned) {
      if (planned.length === 0) return
      await db
        .insert(deliveries)
        .values(byKey(planned, ({ id }) => id))
        .onConflictDoNothing({ target: deliveries.id })
    },

    async get(id) {
      const [delivery] = await db.select().from(deliveries).where(eq(deliveries.id, id))
      return delivery ?? null
    },

    async claim(id, { now, until }) {
      const [delivery] = await db
        .update(deliveries)
        .set({ claimedUntil: until })
        .where(and(eq(deliveries.id, id), pending, unclaimed(now)))
        .returning()
      return delivery ?? null
    },

    async recordAttempt(attempt, next) {
      await atomically(async (tx) => {
        await tx.insert(attempts).values(attempt).onConflictDoNothing()
        await tx
          .update(deliveries)
          .set({ ...next, attempts: attempt.number, claimedUntil: null })
          .where(and(eq(deliveries.id, attempt.deliveryId), pending))
      })
    },

    async failPendingForJob(jobId, at) {
      const ownAddress = db.select({ url: jobs.callbackUrl }).from(jobs).where(eq(jobs.id, jobId))
      await db
        .update(deliveries)
        .set({ state: 'failed', finishedAt: at, dueAt: null, claimedUntil: null })
        .where(and(eq(deliveries.jobId, jobId), pending, inArray(deliveries.url, ownAddress)))
    },

    async takeDue({ now, nextDue, limit }) {
      const due = db
        .select({ id: deliveries.id })
        .from(deliveries)
        .where(and(pending, lte(deliveries.dueAt, now), unclaimed(now)))
        .orderBy(asc(deliveries.dueAt))
        .limit(limit)
        .for('update', { skipLocked: true })
      const taken = await db.update(deliveries).set({ dueAt: nextDue }).where(inArray(deliveries.id, due)).returning({ id: deliveries.id })
      return taken.map(({ id }) => id)
    },

    async listForJob(jobId) {
      const [planned, made] = [
        await db.select().from(deliveries).where(eq(deliveries.jobId, jobId)).orderBy(asc(deliveries.createdAt), asc(deliveries.id)),
        await db
          .select({ attempt: attempts })
          .from(attempts)
          .innerJoin(deliveries, eq(deliveries.id, attempts.deliveryId))
          .where(eq(deliveries.jobId, jobId))
          .orderBy(asc(attempts.number)),
      ]
      const byDelivery = Map.groupBy(
        made.map(({ attempt }) => attempt),
        ({ deliveryId }) => deliveryId,
      )
      return planned.map((delivery) => ({ delivery, attempts: byDelivery.get(delivery.id) ?? [] }))
    },
  }
}

function unclaimed(now: Date) {
  return or(isNull(deliveries.claimedUntil), lte(deliveries.claimedUntil, now))
}
