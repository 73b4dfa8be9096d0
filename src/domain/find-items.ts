import type { Context } from './context.ts'
import { findJobRow } from './find-jobs.ts'
import { listResults } from './find-report.ts'
import { isItemType } from './items/item-types.ts'
import type { ItemNote } from './model.ts'

export interface JobItems {
  items: (ItemNote & { turn: number })[]
  /** How many there are of each type, in the order of their first. */
  counts: Map<string, number>
  /** How many are of a type nobody knows. */
  unknown: number
}

interface Wanted {
  id: string
  tenantId: string
  /** Null: all of them. */
  turn: number | null
}

/** Every output item of a job, as it was noted when its answer was kept. Null: no such job. */
export async function findItems(app: Context, { id, tenantId, turn: wanted }: Wanted): Promise<JobItems | null> {
  const job = await findJobRow(app, { id, tenantId })
  if (job === null) return null
  const results = await listResults(app, job.id)
  const items = results
    .filter(({ turn }) => wanted === null || turn.number === wanted)
    .flatMap(({ turn, result }) => (result?.items ?? []).map((note) => ({ turn: turn.number, ...note })))
  const counts = new Map<string, number>()
  for (const { type } of items) counts.set(type, (counts.get(type) ?? 0) + 1)
  return { items, counts, unknown: items.filter(({ type }) => !isItemType(type)).length }
}
