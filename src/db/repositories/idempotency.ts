import { and, asc, eq, inArray, lt, sql } from 'drizzle-orm'

import type { IdempotencyRepository } from '../../domain/store.ts'
import { idempotency } from '../schema/tenants.ts'
import type { Session } from '../session.ts'

export function createIdempotencyRepository({ db }: Session): IdempotencyRepository {
  return {
    async find({ tenantId, key }) {
      const [seen] = await db
        .select({ jobId: idempotency.jobId, bodyHash: idempotency.bodyHash })
        .from(idempotency)
        .where(and(eq(idempotency.tenantId, tenantId), eq(idempotency.key, key)))
      return seen ?? null
    },

    async claim({ tenantId, key, bodyHash, jobId, at }) {
      for (;;) {
        const claimed = await db
          .insert(idempotency)
          .values({ tenantId, key, bodyHash, jobId, createdAt: at })
          .onConflictDoNothing()
          .returning({ key: idempotency.key })
        if (claimed.length > 0) return { outcome: 'claimed' }

        const [seen] = await db
          .select({ jobId: idempotency.jobId, bodyHash: idempotency.bodyHash })
          .from(idempotency)
          .where(and(eq(idempotency.tenantId, tenantId), eq(idempotency.key, key)))
        if (seen !== undefined) return { outcome: 'seen', ...seen } // else it was purged in between
      }
    },

    async purge({ before, limit }) {
      const old = db
        .select({ place: sql`ctid` })
        .from(idempotency)
        .where(lt(idempotency.createdAt, before))
        .orderBy(asc(idempotency.createdAt))
        .limit(limit)
        .for('update', { skipLocked: true })
      const { rowCount } = await db.delete(idempotency).where(inArray(sql`ctid`, old))
      return rowCount ?? 0
    },
  }
}
