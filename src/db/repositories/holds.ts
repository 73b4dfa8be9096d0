import { and, eq, inArray, lte } from 'drizzle-orm'

import type { HoldRepository } from '../../domain/hold-store.ts'
import { holds } from '../schema/holds.ts'
import type { Session } from '../session.ts'

export function createHoldRepository({ db }: Session): HoldRepository {
  return {
    find({ account, model }) {
      return db
        .select()
        .from(holds)
        .where(and(eq(holds.account, account), inArray(holds.model, ['', model])))
    },

    list() {
      return db.select().from(holds).orderBy(holds.account, holds.model).limit(1_000)
    },

    async put(hold) {
      await db
        .insert(holds)
        .values(hold)
        .onConflictDoUpdate({ target: [holds.account, holds.model], set: hold })
    },

    async takeProbe({ account, model }, { now, next }) {
      const taken = await db
        .update(holds)
        .set({ heldUntil: next })
        .where(and(eq(holds.account, account), eq(holds.model, model), lte(holds.heldUntil, now)))
        .returning({ account: holds.account })
      return taken.length > 0
    },

    async remove({ account, model }) {
      await db.delete(holds).where(and(eq(holds.account, account), eq(holds.model, model)))
    },
  }
}
