import type { Place } from './store.ts'
import { AGAIN_SECONDS } from './due.ts'
import { secondsAfter } from './time.ts'

/** How far a walk through a list has got, and when it began. Kept in memory: one that is forgotten names a row once more. */
export interface PacedWalk {
  begunAt: Date
  beyond: Place | null
  /** The end was reached. */
  through: boolean
}

export function newWalk(begunAt: Date): PacedWalk {
  return { begunAt, beyond: null, through: false }
}

/**
 * The next part of a list that runs from the oldest to the newest: what came to its end since, and not what was
 * given before. It begins anew a minute after it last began and once the end was reached, so that a row that stays
 * is named once a minute, and rows that stay keep no others from their turn.
 */
export async function nextPart<T>(
  walk: PacedWalk,
  { now, limit, list, placeOf }: { now: Date; limit: number; list: (beyond: Place | null) => Promise<T[]>; placeOf: (row: T) => Place },
): Promise<T[]> {
  if (walk.through && secondsAfter(walk.begunAt, AGAIN_SECONDS) <= now) Object.assign(walk, newWalk(now))
  const part = await list(walk.beyond)
  const last = part.at(-1)
  if (last !== undefined) walk.beyond = placeOf(last)
  walk.through = part.length < limit
  return part
}
