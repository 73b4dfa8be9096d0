import { expect, test } from 'vitest'
import { classifyRefusal, jobError } from '../../../src/domain/classify-refusal.ts'
import { FAILURE_CODES, FAILURES } from '../../../src/domain/failure-codes.ts'
import type { UpstreamError } from '../../../src/domain/model.ts'
import { upstreamError } from '../../support/scripted-openai.ts'

const LOCKED = 'Another process is currently operating on this conversation. Please retry in a few seconds.'
const TOO_LARGE =
  'Request too large for gpt-x on tokens per min (TPM): Limit 30000, Requested 41000. The input or output tokens must be reduced.'
const NOT_FOUND = "Previous response with id 'resp_1' not found."

test.each([
  [{ status: 400, type: 'invalid_request_error', code: 'missing_required_parameter' }, 'invalid_request', false],
  [
    { status: 400, type: 'invalid_request_error', code: 'unsupported_parameter', message: 'Cannot set background=True in EU region' },
    'invalid_request',
    false,
  ],
  [
    { status: 400, type: 'invalid_request_error', code: 'invalid_value', message: "Invalid value: 'billing_report'" },
    'invalid_request',
    false,
  ],
  [{ status: 400, code: 'previous_response_not_found', param: 'previous_response_id', message: NOT_FOUND }, 'parent_gone', false],
  [{ status: 400, code: 'conversation_locked', message: LOCKED }, 'rate_limited', true],
  [{ status: 400, code: 'model_not_found' }, 'model_not_found', false],
  [{ status: 400, code: 'billing_hard_limit_reached' }, 'quota_exhausted', true],
  [{ status: 400, type: 'image_generation_user_error', code: 'moderation_blocked' }, 'content_policy', false],
  [{ status: 400, code: 'bio_policy' }, 'content_policy', false],
  [{ status: 401, code: 'invalid_api_key' }, 'auth_failed', true],
  [{ status: 403, code: 'unsupported_country_region_territory' }, 'auth_failed', true],
  [{ status: 403, code: 'model_not_found' }, 'model_not_found', false],
  [{ status: 404, code: 'model_not_found' }, 'model_not_found', false],
  [{ status: 404, code: null, message: 'The model `o9` does not exist' }, 'model_not_found', false],
  [{ status: 409 }, 'rate_limited', true],
  [{ status: 413 }, 'invalid_request', false],
  [{ status: 422 }, 'invalid_request', false],
  [{ status: 429, type: 'tokens', code: 'rate_limit_exceeded', message: 'Please try again in 3.387s' }, 'rate_limited', true],
  [{ status: 429, type: 'insufficient_quota', code: 'insufficient_quota' }, 'quota_exhausted', true],
  [{ status: 429, code: null, message: 'The project has reached its hard spend limit' }, 'quota_exhausted', true],
  [{ status: 429, message: 'flex: resource unavailable' }, 'rate_limited', true],
  [{ status: 429, code: 'rate_limit_exceeded', message: TOO_LARGE }, 'invalid_request', false],
] as [Partial<UpstreamError>, string, boolean][])('a create refused with %o is %s', (error, code, wait) => {
  expect(classifyRefusal(upstreamError(error))).toMatchObject({ code, wait })
})

test('every failure code says what it means and whether another try may help', () => {
  for (const code of FAILURE_CODES) {
    expect(jobError(code, { message: 'm' })).toEqual({ code, message: 'm', retryable: FAILURES[code].retryable, upstream: null })
    expect(FAILURES[code].doc).toMatch(/\.$/)
  }
})
