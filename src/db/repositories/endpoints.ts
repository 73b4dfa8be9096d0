import { and, count, eq, isNull, or, sql } from 'drizzle-orm'

import type { EndpointRepository } from '../../domain/callback-store.ts'
import { patternsFor, wantsType } from '../../domain/event-patterns.ts'
import { cleanJson } from '../clean-text.ts'
import { endpoints } from '../schema/endpoints.ts'
import type { Session } from '../session.ts'
import { beyond, newestFirst } from './keyset.ts'

const place = { at: endpoints.createdAt, id: endpoints.id }

export function createEndpointRepository({ db }: Session): EndpointRepository {
  return {
    async insert(endpoint) {
      await db.insert(endpoints).values(endpoint)
    },

    async get(id, scope) {
      const own = scope === undefined ? undefined : eq(endpoints.tenantId, scope.tenantId)
      const [endpoint] = await db
        .select()
        .from(endpoints)
        .where(and(eq(endpoints.id, id), own))
      return endpoint ?? null
    },

    list({ tenantId }, { limit, before }) {
      return db
        .select()
        .from(endpoints)
        .where(and(eq(endpoints.tenantId, tenantId), beyond(place, before)))
        .orderBy(...newestFirst(place))
        .limit(limit)
    },

    async getForChange(id, { tenantId }) {
      const [endpoint] = await db
        .select()
        .from(endpoints)
        .where(and(eq(endpoints.id, id), eq(endpoints.tenantId, tenantId)))
        .for('update')
      return endpoint ?? null
    },

    listWanting({ tenantId, types, labels }) {
      const { id, url, eventTypes } = endpoints
      const byDefault = types.some((type) => wantsType(null, type)) ? isNull(eventTypes) : undefined
      const patterns = sql.join(
        patternsFor(types).map((pattern) => sql`${pattern}`),
        sql`, `,
      )
      const match = labels === null ? undefined : sql`${endpoints.labels} <@ ${cleanJson(labels)}::jsonb`
      return db
        .select({ id, url, eventTypes })
        .from(endpoints)
        .where(
          and(
            eq(endpoints.tenantId, tenantId),
            isNull(endpoints.disabledAt),
            or(byDefault, sql`${eventTypes} ?| array[${patterns}]::text[]`),
            match,
          ),
        )
        .orderBy(id)
    },

    async count(tenantId) {
      const [row] = await db.select({ count: count() }).from(endpoints).where(eq(endpoints.tenantId, tenantId))
      return row?.count ?? 0
    },

    async update(id, set) {
      const [endpoint] = await db.update(endpoints).set(set).where(eq(endpoints.id, id)).returning()
      return endpoint ?? null
    },

    async disable(id, set) {
      const [endpoint] = await db
        .update(endpoints)
        .set(set)
        .where(and(eq(endpoints.id, id), isNull(endpoints.disabledAt)))
        .returning()
      return endpoint ?? null
    },

    async remove(id) {
      const removed = await db.delete(endpoints).where(eq(endpoints.id, id)).returning({ id: endpoints.id })
      return removed.length > 0
    },
  }
}
