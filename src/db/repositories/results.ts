import { desc, eq, getTableColumns } from 'drizzle-orm'

import type { ResultRepository } from '../../domain/store.ts'
import { results, turns } from '../schema/turns.ts'
import type { Session } from '../session.ts'

export function createResultRepository({ db }: Session): ResultRepository {
  return {
    async insert(result) {
      await db.insert(results).values(result).onConflictDoNothing({ target: results.turnId })
    },

    async getForTurn(turnId) {
      const [result] = await db.select().from(results).where(eq(results.turnId, turnId))
      return result ?? null
    },

    async getForJob(jobId) {
      const [result] = await db
        .select(getTableColumns(results))
        .from(results)
        .innerJoin(turns, eq(turns.id, results.turnId))
        .where(eq(results.jobId, jobId))
        .orderBy(desc(turns.number))
        .limit(1)
      return result ?? null
    },
  }
}
