import { and, asc, desc, eq, inArray, isNotNull, isNull, lt, lte, sql } from 'drizzle-orm'

import type { InboxRepository } from '../../domain/store.ts'
import { inbox, refusedWebhooks } from '../schema/inbox.ts'
import type { Session } from '../session.ts'
import { byKey } from './insert-order.ts'
import { beyond, newestFirst } from './keyset.ts'

const place = { at: inbox.receivedAt, id: inbox.id }
const refusedPlace = { at: refusedWebhooks.receivedAt, id: refusedWebhooks.id }

export function createInboxRepository({ db }: Session): InboxRepository {
  return {
    async insert(entries) {
      if (entries.length === 0) return []
      const added = await db
        .insert(inbox)
        .values(byKey(entries, ({ webhookId }) => webhookId))
        .onConflictDoNothing({ target: inbox.webhookId })
        .returning({ id: inbox.id })
      return added.map(({ id }) => id)
    },

    async get(id) {
      const [entry] = await db.select().from(inbox).where(eq(inbox.id, id))
      return entry ?? null
    },

    async finish(id, { outcome, at }) {
      await db
        .update(inbox)
        .set({ outcome, handledAt: at, dueAt: null })
        .where(and(eq(inbox.id, id), isNull(inbox.handledAt)))
    },

    async postpone(id, { dueAt }) {
      await db
        .update(inbox)
        .set({ dueAt, attempts: sql`attempts + 1` })
        .where(and(eq(inbox.id, id), isNull(inbox.handledAt)))
    },

    async takeDue({ now, nextDue, limit }) {
      const due = db
        .select({ id: inbox.id })
        .from(inbox)
        .where(and(isNull(inbox.handledAt), lte(inbox.dueAt, now)))
        .orderBy(asc(inbox.dueAt))
        .limit(limit)
        .for('update', { skipLocked: true })
      const taken = await db.update(inbox).set({ dueAt: nextDue }).where(inArray(inbox.id, due)).returning({ id: inbox.id })
      return taken.map(({ id }) => id)
    },

    async list(page, filter) {
      return db
        .select()
        .from(inbox)
        .where(and(filter?.outcome && eq(inbox.outcome, filter.outcome), beyond(place, page.before)))
        .orderBy(...newestFirst(place))
        .limit(page.limit)
    },

    async addRefused(refused, { keep }) {
      if (refused.length === 0) return
      await db.insert(refusedWebhooks).values(refused).onConflictDoNothing()
      const tooOld = db
        .select({ id: refusedWebhooks.id })
        .from(refusedWebhooks)
        .orderBy(...newestFirst(refusedPlace))
        .offset(keep)
        .for('update', { skipLocked: true })
      await db.delete(refusedWebhooks).where(inArray(refusedWebhooks.id, tooOld))
    },

    async listRefused(page) {
      return db
        .select()
        .from(refusedWebhooks)
        .where(beyond(refusedPlace, page.before))
        .orderBy(...newestFirst(refusedPlace))
        .limit(page.limit)
    },

    async purge({ before, limit }) {
      const old = db
        .select({ id: inbox.id })
        .from(inbox)
        .where(and(isNotNull(inbox.handledAt), lt(inbox.handledAt, before)))
        .orderBy(asc(inbox.handledAt), desc(inbox.id))
        .limit(limit)
        .for('update', { skipLocked: true })
      const { rowCount } = await db.delete(inbox).where(inArray(inbox.id, old))
      return rowCount ?? 0
    },
  }
}
