/** Why a job failed: a closed list. `retryable` says whether the same request may fare better later. */
export const FAILURES = {
  submit_unconfirmed: { retryable: true, doc: 'It is not known whether OpenAI took the create, and nothing showed itself in time.' },
  result_expired: { retryable: true, doc: 'OpenAI no longer has the response, so its result could not be kept.' },
  parent_gone: { retryable: false, doc: 'OpenAI no longer has the response, or the picture, that this job follows up on.' },
  model_not_found: { retryable: false, doc: 'OpenAI does not know the model, or the key may not use it.' },
  invalid_request: { retryable: false, doc: 'OpenAI refused the request as it stands.' },
  content_policy: { retryable: false, doc: 'OpenAI refused the content of the request or of the answer.' },
  auth_failed: { retryable: true, doc: 'OpenAI refused the API key.' },
  quota_exhausted: { retryable: true, doc: 'The OpenAI account has no quota or budget left.' },
  rate_limited: { retryable: true, doc: 'OpenAI kept answering that too much was asked of it.' },
  upstream_error: { retryable: true, doc: 'OpenAI failed while it worked on the response, or could not be reached for a day.' },
  deadline_exceeded: { retryable: true, doc: 'The job was not done by its deadline.' },
  action_timeout: { retryable: false, doc: 'The job waited for outputs or approvals that did not come in time.' },
  internal_error: { retryable: true, doc: 'A fault of Longhaul itself.' },
} as const satisfies Record<string, { retryable: boolean; doc: string }>

export type FailureCode = keyof typeof FAILURES
export const FAILURE_CODES = Object.keys(FAILURES) as [FailureCode, ...FailureCode[]]
