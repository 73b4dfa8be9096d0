import { eq } from 'drizzle-orm'

import type { TargetRepository } from '../../domain/callback-store.ts'
import { callbackTargets } from '../schema/endpoints.ts'
import type { Session } from '../session.ts'

export function createTargetRepository({ db }: Session): TargetRepository {
  return {
    async get(id) {
      const [target] = await db.select().from(callbackTargets).where(eq(callbackTargets.id, id))
      return target ?? null
    },

    async put(target) {
      const updatedAt = target.updatedAt ?? new Date()
      const [row] = await db
        .insert(callbackTargets)
        .values({ ...target, updatedAt })
        .onConflictDoUpdate({ target: callbackTargets.id, set: { ...target, updatedAt } })
        .returning()
      if (row === undefined) throw new Error(`callback target ${target.id} was not written`)
      return row
    },
  }
}
