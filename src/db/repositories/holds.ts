import { and, asc, eq, gt, inArray, lte } from 'drizzle-orm'

import type { Hold, HoldKey } from '../../domain/hold-model.ts'
import type { HoldRepository } from '../../domain/hold-store.ts'
import { holds } from '../schema/holds.ts'
import type { Session } from '../session.ts'

export function createHoldRepository({ db, atomically }: Session): HoldRepository {
  return {
    find({ account, model }) {
      return db
        .select()
        .from(holds)
        .where(and(eq(holds.account, account), inArray(holds.model, ['', model])))
        .orderBy(asc(holds.model))
    },

    list() {
      return db.select().from(holds).orderBy(asc(holds.account), asc(holds.model)).limit(1_000)
    },

    change(key, decide) {
      return atomically(async (tx) => {
        // The row to lock must be there first: two who find none would each write their own.
        const made = await tx.insert(holds).values(unset(key)).onConflictDoNothing().returning({ model: holds.model })
        const [row] = await tx.select().from(holds).where(its(key)).for('update')
        const before = made.length > 0 ? null : (row ?? null)
        const after = decide(before)
        await tx.update(holds).set(after).where(its(key))
        return { before, after }
      })
    },

    async takeProbe(key, { now, next }) {
      const taken = await db
        .update(holds)
        .set({ heldUntil: next })
        .where(and(its(key), gt(holds.strikes, 0), lte(holds.heldUntil, now)))
        .returning({ account: holds.account })
      return taken.length > 0
    },

    async ease(key, { at, before }) {
      const eased = await db
        .update(holds)
        .set({ strikes: 0, heldUntil: null, openedAt: null, updatedAt: at })
        .where(and(its(key), gt(holds.strikes, 0), lte(holds.updatedAt, before)))
        .returning({ account: holds.account })
      return eased.length > 0
    },

    async remove({ account, model, updatedAt }) {
      await db.delete(holds).where(and(its({ account, model }), eq(holds.updatedAt, updatedAt)))
    },
  }
}

const its = ({ account, model }: HoldKey): ReturnType<typeof and> => and(eq(holds.account, account), eq(holds.model, model))

function unset({ account, model }: HoldKey): Hold {
  return { account, model, reason: 'outage', strikes: 0, heldUntil: null, openedAt: null, lastError: null, updatedAt: new Date(0) }
}
