import type { Context } from './context.ts'
import type { Hold } from './hold-model.ts'
import { isInForce } from './hold-model.ts'

/** What is held back now, for the operator. */
export async function findHolds(app: Context, { limit }: { limit: number }): Promise<(Hold & { heldUntil: Date })[]> {
  return (await app.store.holds.list()).filter(isInForce).slice(0, limit)
}
