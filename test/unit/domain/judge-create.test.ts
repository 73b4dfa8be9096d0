import { expect, test } from 'vitest'
import { judgeCreate } from '../../../src/domain/judge-create.ts'
import type { UpstreamError } from '../../../src/domain/model.ts'
import { upstreamError } from '../../support/scripted-openai.ts'

test.each([
  ['a rate limit', { status: 429, code: 'rate_limit_exceeded' }, { reason: 'rate_limited', sure: true }],
  ['no quota', { status: 429, code: 'insufficient_quota' }, { reason: 'quota_exhausted', sure: true }],
  ['a spend limit', { status: 400, code: 'billing_hard_limit_reached' }, { reason: 'quota_exhausted', sure: true }],
  ['a key that is refused', { status: 401, code: 'invalid_api_key' }, { reason: 'auth_failed', sure: true }],
  ['what is forbidden, perhaps to this request alone', { status: 403 }, { reason: 'auth_failed', sure: false }],
] as [string, Partial<UpstreamError>, object][])('%s is a fault of the account', (_name, change, fault) => {
  const error = upstreamError(change)
  expect(judgeCreate({ outcome: 'refused', error, retryAfterMs: 7 })).toEqual({
    news: 'fault',
    fault: { ...fault, error, retryAfterMs: 7 },
  })
})

test.each([
  { status: 400, code: 'invalid_value' },
  { status: 400, code: 'moderation_blocked' },
  { status: 400, code: 'conversation_locked' },
  { status: 404, code: 'model_not_found' },
  { status: 403, code: 'model_not_found' },
  { status: 409 },
  { status: 422 },
  { status: 429, message: 'Request too large for gpt-x' },
])('a refusal of the request itself (%o) is none', (change) => {
  expect(judgeCreate({ outcome: 'refused', error: upstreamError(change), retryAfterMs: null })).toEqual({ news: 'answered' })
})

test('what may never have arrived speaks of an outage, unless we broke it off or cannot send for this account at all', () => {
  for (const outcome of ['unsent', 'ambiguous'] as const) {
    const judge = (type: string) => judgeCreate({ outcome, error: upstreamError({ type }) })
    expect(judge('timeout')).toMatchObject({ news: 'fault', fault: { reason: 'outage', sure: false } })
    expect(judge('unreadable_reply')).toMatchObject({ news: 'fault', fault: { reason: 'outage', sure: false } })
    expect(judge('configuration_error')).toMatchObject({ news: 'fault', fault: { reason: 'auth_failed', sure: true } })
    expect(judge('aborted')).toEqual({ news: 'none' })
  }
  expect(judgeCreate({ outcome: 'created', response: { id: 'resp_1', status: 'queued', model: null } })).toEqual({ news: 'taken' })
})
