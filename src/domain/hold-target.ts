import type { CallbackTarget, Delivery } from './callback-model.ts'
import type { Context } from './context.ts'
import { jittered } from './judge-attempt.ts'
import { secondsAfter } from './time.ts'

const LEAST_SECONDS = 2
const MOST_SECONDS = 900
/** Held back for half as long as it has failed already. */
const SHARE = 0.5

interface Failure {
  delivery: Delivery
  /** As it was when the delivery was claimed. */
  target: CallbackTarget | null
  /** Whether to leave the target alone, and for how long it asked to be. */
  slowDown: { askedSeconds: number } | null
}

/** Takes note that an attempt failed; where the target is to be left alone, nothing at all goes to it for a while. */
export async function noteFailure(
  app: Context,
  { delivery, target, slowDown }: Failure,
): Promise<Pick<CallbackTarget, 'failingSince' | 'heldUntil'>> {
  // An older version planned it, and named no target.
  if (delivery.targetId === '') return { failingSince: null, heldUntil: null }
  const at = app.clock.now()
  if (target?.failingSince != null && slowDown === null) return target
  const seconds = slowDown && jittered(holdSeconds(at, target?.failingSince ?? at), app.random.next())
  const heldUntil = slowDown && secondsAfter(at, Math.max(seconds ?? 0, slowDown.askedSeconds))
  return app.store.targets.failed({ id: delivery.targetId, tenantId: delivery.tenantId }, { at, heldUntil })
}

/** Whether it had failed before. Most never did: only those that did are written to. */
export async function noteSuccess(
  app: Context,
  { target, startedAt }: { target: CallbackTarget | null; startedAt: Date },
): Promise<boolean> {
  if (target === null || (target.failingSince === null && target.heldUntil === null)) return false
  await app.store.targets.recovered(target.id, { startedAt })
  return true
}

export function holdSeconds(now: Date, failingSince: Date): number {
  return Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, (SHARE * (now.getTime() - failingSince.getTime())) / 1000))
}
