import { BlockedAddressError, NoAddressError } from './resolve-host.ts'

export type FailureReason = 'timeout' | 'dns' | 'refused' | 'reset' | 'tls' | 'blocked' | 'invalid_url' | 'aborted' | 'network'

/** Thrown into a request that takes too long. */
export class TooSlowError extends Error {
  override name = 'TooSlowError'
}

/** Thrown into a request that we end ourselves. */
export class GivenUpError extends Error {
  override name = 'GivenUpError'
}

const reasons: [RegExp, FailureReason][] = [
  [/^(ENOTFOUND|EAI_.*|ENODATA|ESERVFAIL)$/, 'dns'],
  [/^ECONNREFUSED$/, 'refused'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, 'reset'],
  [/^(ETIMEDOUT|ESOCKETTIMEDOUT)$/, 'timeout'],
  [/^(EPROTO|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|CRL_.*|.*_CERT|.*_CERT_.*|.*_SIGNATURE|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)$/, 'tls'],
]

export function reasonOf(error: unknown): FailureReason {
  if (error instanceof BlockedAddressError) return 'blocked'
  if (error instanceof NoAddressError) return 'dns'
  if (error instanceof TooSlowError) return 'timeout'
  if (error instanceof GivenUpError) return 'aborted'
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return reasons.find(([pattern]) => pattern.test(code))?.[1] ?? 'network'
}

export function messageOf(error: unknown): string {
  // All addresses of a host were tried: the first one says enough.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  return (first instanceof Error ? first.message : String(first)).slice(0, 500)
}
