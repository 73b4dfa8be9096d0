import type { UpstreamError } from './model.ts'

export const HOLD_REASONS = ['rate_limited', 'quota_exhausted', 'auth_failed', 'outage'] as const
export type HoldReason = (typeof HOLD_REASONS)[number]

/** What keeps an account, or one model of it, from taking new work for a while. */
export interface Hold {
  account: string
  /** Empty: all of the account's. */
  model: string
  reason: HoldReason
  /** Faults in a row; a success ends the row. */
  strikes: number
  /** Nothing is created before then; null: it only counts so far. */
  heldUntil: Date | null
  openedAt: Date | null
  lastError: UpstreamError | null
  updatedAt: Date
}
