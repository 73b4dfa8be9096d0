import type { OpenAI } from 'openai'
import type { UpstreamError } from '../domain/model.ts'

export interface Timeouts {
  /** To the last byte of create's reply. */
  createMs: number
  /** To the headers of retrieve's reply. */
  retrieveMs: number
  /** Between two bytes of a long body. */
  idleMs: number
  otherMs: number
}

export const TIMEOUTS: Timeouts = { createMs: 60_000, retrieveMs: 60_000, idleMs: 60_000, otherMs: 30_000 }

/** What every request needs to be made and its failure to be told. */
export interface Call {
  /** Throws for an account that is not configured. */
  client(): OpenAI
  signal: AbortSignal
  timeouts: Timeouts
  describe(error: unknown): UpstreamError
}
