import { DrizzleQueryError } from 'drizzle-orm/errors'

import { StoreUnavailableError } from '../domain/errors.ts'
import { TurnTimeoutError } from './embedded/turnstile.ts'

/** SQLSTATEs that say "not now" and not "not so"; 25006 comes from a standby while it is one. */
const AWAY_STATES = /^(?:08|53|57P0[1-5]|25006)/
const AWAY_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])
/** Faults of `pg`, `pg-pool` and PGlite that carry no code. */
const AWAY_MESSAGES =
  /connection terminated|client was closed|not queryable|timeout exceeded when trying to connect|timeout expired|query read timeout|pglite is clos/i

/** What a caller of the store gets: StoreUnavailableError when the database is away, else the database's own error. */
export function storeFault(thrown: unknown): unknown {
  const fault = databaseFault(thrown)
  return isAway(fault) ? new StoreUnavailableError('The database cannot be reached.', { cause: fault }) : fault
}

export function isUnavailable(thrown: unknown): boolean {
  return thrown instanceof StoreUnavailableError || isAway(databaseFault(thrown))
}

/** Drizzle wraps faults in one whose text holds the statement's parameters: nothing for a log. */
function databaseFault(thrown: unknown): unknown {
  return thrown instanceof DrizzleQueryError ? (thrown.cause ?? thrown) : thrown
}

function isAway(fault: unknown): boolean {
  if (!(fault instanceof Error)) return false
  if (fault instanceof AggregateError) return fault.errors.some(isAway)
  if (fault instanceof TurnTimeoutError) return true
  const code = 'code' in fault && typeof fault.code === 'string' ? fault.code : ''
  return code === '' ? AWAY_MESSAGES.test(fault.message) : AWAY_CODES.has(code) || AWAY_STATES.test(code)
}
