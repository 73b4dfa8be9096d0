import type { UpstreamError } from './model.ts'

export const HOLD_REASONS = ['rate_limited', 'quota_exhausted', 'auth_failed', 'outage'] as const
export type HoldReason = (typeof HOLD_REASONS)[number]

/**
 * What keeps an account, or one model of it, from taking new work for a while. Without `heldUntil` it only counts so far;
 * without strikes it is over, and those it held are let go a few at a time.
 */
export interface Hold {
  account: string
  /** Empty: all of the account's. */
  model: string
  reason: HoldReason
  /** Faults in a row; a success ends the row. */
  strikes: number
  /** Nothing is created before then, and one as a probe after; null: it only counts so far. */
  heldUntil: Date | null
  openedAt: Date | null
  lastError: UpstreamError | null
  /** When it was last struck or came to an end; a probe does not change it. */
  updatedAt: Date
}

export type HoldKey = Pick<Hold, 'account' | 'model'>

export const HELD_MODEL_CHARS = 200

/** A model's name as it stands in a key: whoever submits chooses it. */
export function heldModel(model: string): string {
  return model.slice(0, HELD_MODEL_CHARS)
}

/** It lets nothing but a probe through. */
export function isInForce(hold: Hold): hold is Hold & { heldUntil: Date } {
  return hold.strikes > 0 && hold.heldUntil !== null
}

export function isEased({ strikes }: Hold): boolean {
  return strikes === 0
}

/** A run ended for want of quota though its create was taken: then a create that is taken shows nothing. */
export function isByRun({ reason, lastError }: Hold): boolean {
  return reason === 'quota_exhausted' && lastError?.status === null
}
