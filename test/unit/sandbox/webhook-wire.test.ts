import { expect, test } from 'vitest'
import { signWebhook } from '../../../src/sandbox/webhooks/sign-webhook.ts'
import { newEvent, spacedJson } from '../../../src/sandbox/webhooks/webhook-event.ts'

// A real delivery, from the tests of OpenAI's own client.
const vector = {
  secret: 'whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=',
  id: 'wh_685c059ae39c8190af8c71ed1022a24d',
  at: new Date(1_750_861_210_000),
  body: '{"id": "evt_685c059ae3a481909bdc86819b066fb6", "object": "event", "created_at": 1750861210, "type": "response.completed", "data": {"id": "resp_123"}}',
  signature: 'v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY=',
}

test("a body is signed as OpenAI's own vector is", () => {
  expect(signWebhook({ id: vector.id, at: vector.at, body: vector.body, secrets: [vector.secret] })).toBe(vector.signature)
})

test('an event is written byte for byte as the vector is, spaces included', () => {
  expect(spacedJson(JSON.parse(vector.body))).toBe(vector.body)
  expect(Object.keys(newEvent('response.completed', { id: 'resp_1' }))).toEqual(Object.keys(JSON.parse(vector.body) as object))
})

test('colons and commas inside strings get no spaces', () => {
  expect(spacedJson({ a: 'x:y,z', b: [1, null] })).toBe('{"a": "x:y,z", "b": [1, null]}')
})
