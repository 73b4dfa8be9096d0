import { and, asc, eq, getTableColumns, gte, inArray, isNotNull, isNull, lt, notExists, sql } from 'drizzle-orm'

import type { DeliveryFilter, DeliveryRepository } from '../../domain/callback-store.ts'
import { attempts, deliveries } from '../schema/deliveries.ts'
import type { Session } from '../session.ts'
import { beyond, newestFirst } from './keyset.ts'

const { payload: _, ...shown } = getTableColumns(deliveries)
const place = { at: deliveries.createdAt, id: deliveries.id }

type History = Pick<DeliveryRepository, 'get' | 'listForJob' | 'list' | 'listAttempts' | 'askAgain' | 'purgeAttempts' | 'purgeJobless'>

/** What was sent and what became of it; and once more, please. */
export function createDeliveryHistory({ db }: Session): History {
  return {
    async get(id, scope) {
      const own = scope && eq(deliveries.tenantId, scope.tenantId)
      const [delivery] = await db
        .select()
        .from(deliveries)
        .where(and(eq(deliveries.id, id), own))
      return delivery ?? null
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

    async list(filter, page) {
      return db
        .select({
          delivery: shown,
          lastAttempt: { number: attempts.number, startedAt: attempts.startedAt, status: attempts.status, outcome: attempts.outcome },
        })
        .from(deliveries)
        .leftJoin(attempts, and(eq(attempts.deliveryId, deliveries.id), eq(attempts.number, deliveries.attempts)))
        .where(and(...matching(filter), beyond(place, page.before)))
        .orderBy(...newestFirst(place))
        .limit(page.limit)
    },

    async listAttempts(id) {
      return db.select().from(attempts).where(eq(attempts.deliveryId, id)).orderBy(asc(attempts.number))
    },

    async askAgain(id, { tenantId, dueAt }) {
      const [delivery] = await db
        .update(deliveries)
        .set({ state: 'pending', tries: 0, dueAt, finishedAt: null, endReason: null })
        .where(and(eq(deliveries.id, id), eq(deliveries.tenantId, tenantId)))
        .returning()
      return delivery ?? null
    },

    async purgeAttempts({ before, limit }) {
      const unfinished = db
        .select({ id: deliveries.id })
        .from(deliveries)
        .where(and(eq(deliveries.id, attempts.deliveryId), eq(deliveries.state, 'pending')))
      const old = db
        .select({ deliveryId: attempts.deliveryId, number: attempts.number })
        .from(attempts)
        .where(and(lt(attempts.startedAt, before), notExists(unfinished)))
        .orderBy(asc(attempts.startedAt))
        .limit(limit)
        .for('update', { skipLocked: true })
      const { rowCount } = await db.delete(attempts).where(sql`(${attempts.deliveryId}, ${attempts.number}) in ${old}`)
      return rowCount ?? 0
    },

    async purgeJobless({ before, limit }) {
      const old = db
        .select({ id: deliveries.id })
        .from(deliveries)
        .where(and(isNull(deliveries.jobId), isNotNull(deliveries.finishedAt), lt(deliveries.finishedAt, before)))
        .limit(limit)
        .for('update', { skipLocked: true })
      const { rowCount } = await db.delete(deliveries).where(inArray(deliveries.id, old))
      return rowCount ?? 0
    },
  }
}

function matching(filter: DeliveryFilter) {
  return [
    eq(deliveries.tenantId, filter.tenantId),
    filter.jobId === undefined ? undefined : eq(deliveries.jobId, filter.jobId),
    filter.endpointId === undefined ? undefined : eq(deliveries.endpointId, filter.endpointId),
    filter.state && inArray(deliveries.state, filter.state),
    filter.createdAfter && gte(deliveries.createdAt, filter.createdAfter),
    filter.createdBefore && lt(deliveries.createdAt, filter.createdBefore),
  ]
}
