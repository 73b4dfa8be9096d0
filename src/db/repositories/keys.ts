import { and, asc, eq, isNull, sql } from 'drizzle-orm'

import type { KeyRepository } from '../../domain/store.ts'
import { apiKeys, tenants } from '../schema/tenants.ts'
import type { Session } from '../session.ts'

/** Any number that nobody else locks. */
const FIRST_KEY_LOCK = 7_203_114

export function createKeyRepository({ db, atomically }: Session): KeyRepository {
  return {
    async findByHash(hash) {
      const [key] = await db
        .select()
        .from(apiKeys)
        .where(and(eq(apiKeys.hash, hash), isNull(apiKeys.revokedAt)))
      return key ?? null
    },

    async insert(key) {
      await db.insert(apiKeys).values(key)
    },

    async ensureFirst(tenant, key) {
      return atomically(async (tx) => {
        await tx.execute(sql`select pg_advisory_xact_lock(${FIRST_KEY_LOCK})`)
        const [oldest] = await tx.select().from(tenants).orderBy(asc(tenants.createdAt), asc(tenants.id)).limit(1)
        const first = oldest ?? tenant
        if (oldest === undefined) await tx.insert(tenants).values(tenant)
        if (key !== null) {
          await tx
            .insert(apiKeys)
            .values({ ...key, tenantId: first.id })
            .onConflictDoUpdate({ target: apiKeys.id, set: { hash: key.hash } })
        }
        const live = and(eq(apiKeys.tenantId, first.id), isNull(apiKeys.revokedAt))
        return { tenant: first, hasKeys: (await tx.$count(apiKeys, live)) > 0 }
      })
    },
  }
}
