import { secondsAfter } from './time.ts'

/** A row found late by the sweep is due again after this, so that the next sweeps pass it over. */
export const AGAIN_SECONDS = 60

/** Whether a step is owed. An entry left over from before must not run one that waits for its time; what a sweep has just moved is owed still. */
export function isOwed({ dueAt }: { dueAt: Date | null }, now: Date): boolean {
  return dueAt === null || dueAt <= secondsAfter(now, AGAIN_SECONDS)
}
