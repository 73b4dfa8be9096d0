import { describe, expect, test } from 'vitest'
import { judgeResponse } from '../../../src/domain/judge-response.ts'
import type { Job, Json, JsonObject, Turn } from '../../../src/domain/model.ts'
import { after, jobRow, T0, turnRow } from '../../support/database-rows.ts'

const judge = (response: JsonObject, job: Partial<Job> = {}, turn: Partial<Turn> = {}) =>
  judgeResponse(response, { job: jobRow(job), turn: turnRow(turn), now: T0 })
const call = { type: 'function_call', call_id: 'c' }

test.each(['queued', 'in_progress', 'a status of tomorrow', null, undefined, 7, {}] as Json[])('a response that is %j runs', (status) => {
  expect(judge({ status, output: [call] })).toEqual({ status: 'running', upstream: typeof status === 'string' ? status : 'in_progress' })
})

test('completed is completed, or waits for its caller where a call is open', () => {
  expect(judge({ status: 'completed' })).toMatchObject({ status: 'completed', error: null, requiredAction: null })
  expect(judge({ status: 'completed', output: [call] })).toMatchObject({
    status: 'requires_action',
    requiredAction: { outputs: [{ call_id: 'c' }] },
  })
})

test('incomplete with an open call is incomplete', () => {
  expect(judge({ status: 'incomplete', output: [call], incomplete_details: { reason: 'steered' } })).toMatchObject({
    status: 'incomplete',
    incompleteDetails: { reason: 'steered' },
    requiredAction: null,
  })
  expect(judge({ status: 'incomplete' })).toMatchObject({ incompleteDetails: {} })
})

test.each([
  [{ code: 'server_error', message: 'wfr_1' }, 'upstream_error', true],
  [{ code: 'vector_store_timeout' }, 'upstream_error', true],
  [{ code: 'rate_limit_exceeded', message: 'Limit 200000' }, 'rate_limited', true],
  [{ code: 'rate_limit_exceeded', message: 'You exceeded your current quota, please check your plan' }, 'quota_exhausted', true],
  [{ code: 'insufficient_quota' }, 'quota_exhausted', true],
  [{ code: 'image_content_policy_violation' }, 'content_policy', false],
  [{ code: 'bio_policy' }, 'content_policy', false],
  [{ code: 'misalignment_policy_violation' }, 'content_policy', false],
  [{ code: 'invalid_prompt' }, 'invalid_request', false],
  [{ code: 'image_too_large' }, 'invalid_request', false],
  [{ code: 'failed_to_download_image' }, 'invalid_request', false],
  [{ code: 'data_residency_mismatch' }, 'invalid_request', false],
  [{ code: 'model_not_found' }, 'model_not_found', false],
  [{ code: 7, message: ['?'] }, 'upstream_error', true],
  [null, 'upstream_error', true],
] as [Json, string, boolean][])('a failure with %j is %s', (error, code, retryable) => {
  expect(judge({ status: 'failed', error })).toMatchObject({ status: 'failed', error: { code, retryable, message: expect.any(String) } })
})

describe('cancelled', () => {
  const cancelled = { status: 'cancelled' }

  test('by its owner, or by somebody else at OpenAI, is cancelled', () => {
    expect(judge(cancelled, { cancelRequestedAt: T0 })).toMatchObject({ status: 'cancelled', error: null })
    expect(judge(cancelled)).toMatchObject({ status: 'cancelled', error: null })
    expect(judge(cancelled, { deadlineAt: after(1) })).toMatchObject({ status: 'cancelled' })
  })

  test('by its deadline has failed', () => {
    expect(judge(cancelled, { deadlineAt: T0 })).toMatchObject({ status: 'failed', error: { code: 'deadline_exceeded' } })
    expect(judge(cancelled, { deadlineAt: T0, cancelRequestedAt: T0 })).toMatchObject({ status: 'cancelled' })
  })

  test('because it ran for three days has failed', () => {
    expect(judge(cancelled, {}, { submittedAt: after(-72 * 3_600) })).toMatchObject({
      status: 'failed',
      error: { code: 'deadline_exceeded', message: 'OpenAI had not finished the response 72 hours after it was created.' },
    })
    expect(judge(cancelled, {}, { submittedAt: after(-72 * 3_600 + 1) })).toMatchObject({ status: 'cancelled' })
  })
})
