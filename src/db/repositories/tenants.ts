import { asc, eq, gt } from 'drizzle-orm'

import type { TenantRepository } from '../../domain/store.ts'
import { tenants } from '../schema/tenants.ts'
import type { Session } from '../session.ts'

export function createTenantRepository({ db }: Session): TenantRepository {
  return {
    async insert(tenant) {
      await db.insert(tenants).values(tenant)
    },

    async get(id) {
      const [tenant] = await db.select().from(tenants).where(eq(tenants.id, id))
      return tenant ?? null
    },

    async getForChange(id) {
      const [tenant] = await db.select().from(tenants).where(eq(tenants.id, id)).for('no key update')
      return tenant ?? null
    },

    async listIds({ beyond, limit }) {
      const page = beyond === null ? undefined : gt(tenants.id, beyond)
      const found = await db.select({ id: tenants.id }).from(tenants).where(page).orderBy(asc(tenants.id)).limit(limit)
      return found.map(({ id }) => id)
    },

    async setCallbackSecret(id, sealed) {
      await db
        .update(tenants)
        .set({ sealedCallbackSecret: sealed.current, sealedRetiringSecrets: sealed.retiring })
        .where(eq(tenants.id, id))
    },
  }
}
