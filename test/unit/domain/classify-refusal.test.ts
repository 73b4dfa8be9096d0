import { expect, test } from 'vitest'
import { classifyFailure, classifyRefusal, jobError } from '../../../src/domain/classify-refusal.ts'
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
  [
    { status: 429, code: null, message: 'You exceeded your current quota, please check your plan and billing details.' },
    'quota_exhausted',
    true,
  ],
  [{ status: 429, code: 'billing_not_active', message: 'Your account is not active.' }, 'quota_exhausted', true],
  [{ status: 402, code: null, message: 'Billing hard limit has been reached' }, 'quota_exhausted', true],
  [{ status: 403, code: null, message: 'Your account is not active, please check your billing details.' }, 'quota_exhausted', true],
  [{ status: 429, message: 'flex: resource unavailable' }, 'rate_limited', true],
  [{ status: 429, code: 'rate_limit_exceeded', message: TOO_LARGE }, 'invalid_request', false],
] as [Partial<UpstreamError>, string, boolean][])('a create refused with %o is %s', (error, code, wait) => {
  expect(classifyRefusal(upstreamError(error))).toMatchObject({ code, wait })
})

test.each([
  [{ status: 404, code: 'model_not_found', message: 'The model `billing-x` does not exist' }, 'model_not_found'],
  [{ status: 404, code: 'model_not_found', type: 'billing', message: 'insufficient_quota' }, 'model_not_found'],
  [{ status: 404, code: null, message: 'The model `billing-x` does not exist' }, 'model_not_found'],
  [{ status: 424, code: null, message: "Error retrieving tool list from MCP server: 'billing'. insufficient_quota" }, 'invalid_request'],
  [{ status: 403, code: 'unsupported_tool', message: "the tool 'spend limit'" }, 'auth_failed'],
  [{ status: 429, code: 'rate_limit_exceeded', message: 'Rate limit reached for billing-x. Please try again in 20s.' }, 'rate_limited'],
  [{ status: 429, code: null, message: 'Limit 3. Visit https://platform.openai.com/account/billing to add one.' }, 'rate_limited'],
] as [Partial<UpstreamError>, string][])('what a request is named after holds back nobody: %o is %s', (error, code) => {
  expect(classifyRefusal(upstreamError(error))).toMatchObject({ code })
})

test.each([
  ['server_error', 'The image at https://cdn.example/billing/1.png could not be fetched', 'upstream_error'],
  ['invalid_image', 'https://cdn.example/insufficient_quota.png is no image', 'invalid_request'],
  ['model_not_found', 'The model `billing-x` does not exist', 'model_not_found'],
  [null, "The MCP server 'billing' did not answer", 'upstream_error'],
  ['rate_limit_exceeded', 'Limit 3. Visit https://platform.openai.com/account/billing to add one.', 'rate_limited'],
  ['billing_hard_limit_reached', 'no', 'quota_exhausted'],
  ['insufficient_quota', 'no', 'quota_exhausted'],
  ['server_error', 'You exceeded your current quota, please check your plan', 'quota_exhausted'],
  [null, '429 insufficient_quota', 'quota_exhausted'],
] as [string | null, string, string][])('a run that failed with %s (%s) is %s', (code, message, failure) => {
  expect(classifyFailure(code, message)).toBe(failure)
})

test('every failure code says what it means and whether another try may help', () => {
  for (const code of FAILURE_CODES) {
    expect(jobError(code, { message: 'm' })).toEqual({ code, message: 'm', retryable: FAILURES[code].retryable, upstream: null })
    expect(FAILURES[code].doc).toMatch(/\.$/)
  }
})
