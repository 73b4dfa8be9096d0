import { hurry } from './commit-then-queue.ts'
import type { Context, Rules } from './context.ts'
import type { Turn } from './model.ts'
import { millisUntil, secondsAfter } from './time.ts'

const LOOK_SECONDS = 600
const MOST = 12

/**
 * The wait of an unconfirmed turn is counted in looks, not in hours: while all of us were away no webhook could come,
 * and none of that time may count.
 */
export function looksToGiveUp({ unconfirmedSeconds }: Pick<Rules, 'unconfirmedSeconds'>): number {
  return Math.min(Math.max(2, Math.round(unconfirmedSeconds / LOOK_SECONDS)), MOST)
}

/** When the next look is due. */
export function nextLook(app: Context): Date {
  return secondsAfter(app.clock.now(), app.rules.unconfirmedSeconds / looksToGiveUp(app.rules))
}

/** The entry of the look that the turn's row plans. */
export async function queueLook(app: Context, { id, polls, dueAt }: Turn): Promise<void> {
  const now = app.clock.now()
  const delayMs = millisUntil(dueAt ?? now, now)
  await hurry(app, [{ name: 'submit-job', payload: { turnId: id }, dedupe: `${id}-look-${polls}`, delayMs }])
}
