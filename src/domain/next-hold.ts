import type { AccountFault } from './judge-create.ts'
import type { Hold, HoldKey, HoldReason } from './hold-model.ts'
import { isEased, isInForce } from './hold-model.ts'
import { laterOf, secondsAfter } from './time.ts'

/** How long the first time, in seconds: what passes soon is asked about soon. Doubled each time, up to the ceiling. */
const FIRST_SECONDS: Record<HoldReason, number> = { rate_limited: 2, outage: 5, quota_exhausted: 30, auth_failed: 30 }
const MAX_SECONDS = 300
/** The longest wait that a reply may ask for: after it we ask again, whatever it said. */
const ASKED_MAX_SECONDS = 3_600
/** So many doubtful faults in a row are the account's, and not one request's. */
const DOUBTFUL_STRIKES = 3
/** Doubtful faults further apart than this are no row. */
const FORGET_SECONDS = 3_600

interface Struck {
  fault: AccountFault
  now: Date
  /** When the request left that met the fault. */
  sentAt: Date
  /** In [0, 1). */
  chance: number
}

/** What a fault makes of a hold: opens it, lengthens it, or counts. */
export function nextHold(before: Hold | null, key: HoldKey, { fault, now, sentAt, chance }: Struck): Hold {
  const { reason, error, sure, retryAfterMs } = fault
  const asked = secondsAfter(now, Math.min((retryAfterMs ?? 0) / 1000, ASKED_MAX_SECONDS))
  if (before !== null && sentAt < before.updatedAt) {
    // Sent before it was known: many that fail together are one fault, and one that hung through it tells nothing of now.
    if (isInForce(before)) return { ...before, heldUntil: laterOf(before.heldUntil, asked) }
    if (isEased(before) && !sure) return before
  }
  const held = before !== null && isInForce(before) ? before : null
  const inRow = before !== null && (held !== null || now < secondsAfter(before.updatedAt, FORGET_SECONDS)) ? before.strikes : 0
  const strikes = inRow + 1
  const struck = { ...key, reason, strikes, lastError: error, updatedAt: now }
  if (held === null && !sure && strikes < DOUBTFUL_STRIKES) return { ...struck, heldUntil: null, openedAt: null }
  const doublings = Math.min(Math.max(0, strikes - (sure ? 1 : DOUBTFUL_STRIKES)), 20)
  const seconds = Math.min(FIRST_SECONDS[reason] * 2 ** doublings, MAX_SECONDS) * (0.75 + 0.5 * chance)
  return { ...struck, heldUntil: laterOf(secondsAfter(now, seconds), asked), openedAt: held?.openedAt ?? now }
}
