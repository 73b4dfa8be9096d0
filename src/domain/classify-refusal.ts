import type { FailureCode } from './failure-codes.ts'
import type { HoldReason } from './hold-model.ts'
import type { JobError, UpstreamError } from './model.ts'
import { FAILURES } from './failure-codes.ts'

export interface Refusal {
  code: FailureCode
  /** The same request may be taken later: the turn waits instead of failing. */
  wait: boolean
  /** It is no fault of the request: what it holds back beside it. */
  holds: HoldReason | null
}

const QUOTA = /insufficient_quota|billing|spend limit|exceeded your current quota/i
/** More in one request than the limit of a minute: no wait will help it, and nobody else is meant. */
const TOO_LARGE = /request too large|tokens must be reduced/i
const POLICY = /content_policy|moderation_blocked|content_filter|bio_policy|misalignment|safety/i

/** What a 4xx to a create means for the job, and for all others of its account. */
export function classifyRefusal({ status, code, type, message }: UpstreamError): Refusal {
  const said = `${code ?? ''} ${type ?? ''}`
  // A 400 may quote the user's own words, so there only the code is believed.
  if (QUOTA.test(status === 400 ? said : `${said} ${message}`)) return held('quota_exhausted')
  if (code === 'conversation_locked' || status === 409) return { code: 'rate_limited', wait: true, holds: null }
  if (status === 429) return TOO_LARGE.test(message) ? forGood('invalid_request') : held('rate_limited')
  if (code === 'model_not_found') return forGood(code)
  if (status === 401 || status === 403) return held('auth_failed')
  if (code === 'previous_response_not_found' || (status === 404 && message.startsWith('Item with id'))) return forGood('parent_gone')
  if (status === 404 && /model/i.test(message)) return forGood('model_not_found')
  return forGood(POLICY.test(said) ? 'content_policy' : 'invalid_request')
}

function held(code: HoldReason & FailureCode): Refusal {
  return { code, wait: true, holds: code }
}

function forGood(code: FailureCode): Refusal {
  return { code, wait: false, holds: null }
}

/** What the `error` of a failed response means. */
export function classifyFailure(code: string | null, message: string): FailureCode {
  const said = `${code ?? ''} ${message}`
  if (QUOTA.test(said)) return 'quota_exhausted'
  if (code === 'rate_limit_exceeded') return 'rate_limited'
  if (POLICY.test(code ?? '')) return 'content_policy'
  if (code === 'model_not_found') return 'model_not_found'
  return code !== null && /^(invalid_|image_|unsupported_|empty_|failed_to_download|data_residency_)/.test(code)
    ? 'invalid_request'
    : 'upstream_error'
}

export function jobError(code: FailureCode, { message, upstream = null }: { message: string; upstream?: UpstreamError | null }): JobError {
  return { code, message, retryable: FAILURES[code].retryable, upstream }
}
