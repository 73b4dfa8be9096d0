import type { FailureCode } from './failure-codes.ts'
import type { JobError, UpstreamError } from './model.ts'
import { FAILURES } from './failure-codes.ts'

export interface Refusal {
  code: FailureCode
  /** The same request may be taken later: the turn waits instead of failing. */
  wait: boolean
}

const QUOTA = /insufficient_quota|billing|spend limit|exceeded your current quota/i
const POLICY = /content_policy|moderation_blocked|content_filter|bio_policy|misalignment|safety/i

/** What a 4xx to a create means for the job. */
export function classifyRefusal({ status, code, type, message }: UpstreamError): Refusal {
  const said = `${code ?? ''} ${type ?? ''}`
  // A 400 may quote the user's own words, so there only the code is believed.
  if (QUOTA.test(status === 400 ? said : `${said} ${message}`)) return { code: 'quota_exhausted', wait: true }
  if (code === 'conversation_locked' || status === 409) return { code: 'rate_limited', wait: true }
  if (status === 429) return { code: 'rate_limited', wait: true }
  if (status === 401 || status === 403) {
    return code === 'model_not_found' ? { code, wait: false } : { code: 'auth_failed', wait: true }
  }
  if (code === 'previous_response_not_found' || (status === 404 && message.startsWith('Item with id')))
    return { code: 'parent_gone', wait: false }
  if (code === 'model_not_found' || (status === 404 && /model/i.test(message))) return { code: 'model_not_found', wait: false }
  if (POLICY.test(said)) return { code: 'content_policy', wait: false }
  return { code: 'invalid_request', wait: false }
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
