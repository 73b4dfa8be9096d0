import type { Delivery, DeliveryAttempt } from './callback-model.ts'
import { GONE } from './plan-deliveries.ts'
import type { SendOutcome } from './ports.ts'
import { retryAfterSeconds } from './retry-after.ts'

const JITTER = 0.2
/** Too many requests, and what a gateway says of a server that cannot keep up or is away. */
const SLOW_DOWN: readonly number[] = [429, 502, 503, 504]

/** The fault is ours, not the target's. */
export const SECRET_UNREADABLE = 'secret_unreadable'

export interface AttemptJudgement {
  verdict: 'delivered' | 'gone' | 'again' | 'failed'
  /** Until the next attempt; null: there is none. */
  waitSeconds: number | null
  /** Whether the whole target is to be left alone for a while, and for how long it asked to be. */
  slowDown: { askedSeconds: number } | null
}

/** What one attempt means: for its delivery, and for all that goes to the same target. */
export function judgeAttempt(
  sent: SendOutcome,
  { tries, scheduleSeconds, chance, now }: { tries: number; scheduleSeconds: number[]; chance: number; now: Date },
): AttemptJudgement {
  const end = { waitSeconds: null, slowDown: null }
  if (isTaken(sent)) return { ...end, verdict: 'delivered' }
  if (sent.outcome === 'replied' && sent.status === GONE) return { ...end, verdict: 'gone' }
  const askedSeconds = sent.outcome === 'replied' ? retryAfterSeconds(sent.headers['retry-after'], now) : 0
  // No reply at all says as much as a 503 does, unless nothing was sent.
  const slows = sent.outcome === 'failed' ? sent.reason !== SECRET_UNREADABLE : SLOW_DOWN.includes(sent.status)
  const slowDown = slows ? { askedSeconds } : null
  const planned = scheduleSeconds[tries + 1]
  if (planned === undefined) return { verdict: 'failed', waitSeconds: null, slowDown }
  return { verdict: 'again', waitSeconds: Math.max(jittered(planned, chance), askedSeconds), slowDown }
}

/** A fifth less or more, so that what failed together does not come back together. */
export function jittered(seconds: number, chance: number): number {
  return seconds * (1 - JITTER + 2 * JITTER * chance)
}

/** What became of one attempt, as it is kept and told. */
export function attemptRow(delivery: Delivery, { sent, startedAt }: { sent: SendOutcome; startedAt: Date }): DeliveryAttempt {
  const base = { deliveryId: delivery.id, number: delivery.attempts + 1, startedAt, durationMs: Math.round(sent.durationMs) }
  if (sent.outcome === 'failed') {
    return { ...base, status: null, outcome: sent.reason, message: sent.message, replyHeaders: {}, replyBody: '' }
  }
  const redirect = sent.status >= 300 && sent.status < 400
  return {
    ...base,
    status: sent.status,
    outcome: isTaken(sent) ? 'ok' : redirect ? 'redirect' : 'status',
    message: redirect ? 'redirects are not followed: register the address it points to' : null,
    replyHeaders: sent.headers,
    replyBody: sent.body,
  }
}

/** Any 2xx, and nothing else. */
function isTaken(sent: SendOutcome): boolean {
  return sent.outcome === 'replied' && sent.status >= 200 && sent.status < 300
}
