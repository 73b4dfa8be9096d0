import { APIError } from 'openai'
import { expect, test } from 'vitest'
import { createErrorDescriber } from '../../../src/openai/upstream-error.ts'

const describe = createErrorDescriber(['gateway-secret-1', ''])
const headers = new Headers({ 'x-request-id': 'req_1' })

test('a refusal keeps the words of OpenAI', () => {
  const body = { error: { message: 'No such model.', type: 'invalid_request_error', code: 'model_not_found', param: 'model' } }
  expect(describe(APIError.generate(400, body, undefined, headers))).toEqual({
    status: 400,
    code: 'model_not_found',
    type: 'invalid_request_error',
    param: 'model',
    message: 'No such model.',
    requestId: 'req_1',
  })
})

test('what others put into an error is made text, and a page is cut', () => {
  const odd = describe(APIError.generate(400, { error: { message: { deep: 1 }, code: 17, type: ['a'] } }, undefined, headers))
  expect(odd).toMatchObject({ code: '17', type: '["a"]' })
  expect(describe(APIError.generate(502, undefined, '<html>'.repeat(10_000), headers)).message.length).toBe(2000)
})

test('no key is ever told', () => {
  const message = 'Incorrect API key provided: sk-proj-abc_DEF-123****. Sent: Bearer abc.def and gateway-secret-1.'
  const told = describe(APIError.generate(401, { error: { message } }, undefined, headers))
  expect(told.message).toBe('Incorrect API key provided: [key]. Sent: [key] and [key].')
})
