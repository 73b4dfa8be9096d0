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

const QUOTA_CODE = /insufficient_quota|billing|spend_limit/i
/** Never `billing` alone: models, tools, URLs and the way to a higher rate limit are named so too. */
const QUOTA_WORDS = /insufficient_quota|exceeded your current quota|spend limit|billing (?:hard limit|details)/i
/** A run's message may quote anything that it met. */
const RUN_QUOTA_WORDS = /insufficient_quota|exceeded your current quota/i
/** More in one request than the limit of a minute: no wait will help it, and nobody else is meant. */
const TOO_LARGE = /request too large|tokens must be reduced/i
const OWN_FAULT = /^(invalid_|image_|unsupported_|empty_|failed_to_download|data_residency_)/
const POLICY = /content_policy|moderation_blocked|content_filter|bio_policy|misalignment|safety/i

/** What a 4xx to a create means for the job, and for all others of its account. */
export function classifyRefusal(error: UpstreamError): Refusal {
  const { status, code, type, message } = error
  const said = `${code ?? ''} ${type ?? ''}`
  if (code === 'model_not_found') return forGood(code)
  if (QUOTA_CODE.test(said) || (speaksOfAccount(error) && QUOTA_WORDS.test(message))) return held('quota_exhausted')
  if (code === 'conversation_locked' || status === 409) return { code: 'rate_limited', wait: true, holds: null }
  if (status === 429) return TOO_LARGE.test(message) ? forGood('invalid_request') : held('rate_limited')
  if (status === 401 || status === 403) return held('auth_failed')
  if (code === 'previous_response_not_found' || (status === 404 && message.startsWith('Item with id'))) return forGood('parent_gone')
  if (status === 404 && /model/i.test(message)) return forGood('model_not_found')
  return forGood(POLICY.test(said) ? 'content_policy' : 'invalid_request')
}

/** Messages of other refusals may quote the request's own words. */
function speaksOfAccount({ status, code }: UpstreamError): boolean {
  return status === 429 || status === 402 || ((status === 401 || status === 403) && code === null)
}

function held(code: HoldReason & FailureCode): Refusal {
  return { code, wait: true, holds: code }
}

function forGood(code: FailureCode): Refusal {
  return { code, wait: false, holds: null }
}

/** What the `error` of a failed response means. */
export function classifyFailure(code: string | null, message: string): FailureCode {
  if (code === 'model_not_found') return 'model_not_found'
  if (POLICY.test(code ?? '')) return 'content_policy'
  if (OWN_FAULT.test(code ?? '')) return 'invalid_request'
  if (QUOTA_CODE.test(code ?? '') || RUN_QUOTA_WORDS.test(message)) return 'quota_exhausted'
  return code === 'rate_limit_exceeded' ? 'rate_limited' : 'upstream_error'
}

export function jobError(code: FailureCode, { message, upstream = null }: { message: string; upstream?: UpstreamError | null }): JobError {
  return { code, message, retryable: FAILURES[code].retryable, upstream }
}
