import { expect, test } from 'vitest'
import { continuedRequest, isInConversation, mayAnswerTurn } from '../../../src/domain/continuation.ts'
import type { Json, JsonObject, Turn } from '../../../src/domain/model.ts'

const input = [{ type: 'function_call_output', call_id: 'c', output: 'x' }]

test('a continuation asks as the job did, unknown fields included, with the answers for its input', () => {
  const request: JsonObject = {
    model: 'm',
    input: 'why?',
    instructions: 'be brief',
    tools: [{ type: 'f' }],
    novel: { a: 1 },
    tool_choice: 'auto',
  }
  expect(continuedRequest(request, input)).toEqual({ ...request, input })
})

test.each<[Json, boolean]>([
  ['auto', true],
  ['none', true],
  ['required', false],
  [{ type: 'function', name: 'f' }, false],
  [{ type: 'allowed_tools', mode: 'auto', tools: [] }, true],
  [{ type: 'allowed_tools', mode: 'required', tools: [] }, false],
])('the tool choice %j is kept: %s', (choice, kept) => {
  expect('tool_choice' in continuedRequest({ model: 'm', tool_choice: choice }, input)).toBe(kept)
})

test('a conversation is told from a chain of responses', () => {
  const requests: JsonObject[] = [{ conversation: 'conv_1' }, { conversation: { id: 'conv_1' } }, { conversation: null }, {}]
  expect(requests.map(isInConversation)).toEqual([true, true, false, false])
})

const turn = (number: number, responseId: string | null, submitAttempts = 1) => ({ number, responseId, submitAttempts }) as Turn

test.each<[string, JsonObject, Turn[], boolean]>([
  ['whatever it names, of a first turn', { previous_response_id: 'resp_x' }, [turn(1, null)], true],
  ['that follows the turn before', { previous_response_id: 'resp_1' }, [turn(1, 'resp_1'), turn(2, null)], true],
  ['that a first turn was sent for twice', { previous_response_id: null }, [turn(1, 'resp_1'), turn(2, null)], false],
  [
    'that a second turn was sent for twice',
    { previous_response_id: 'resp_1' },
    [turn(1, 'resp_1'), turn(2, 'resp_2'), turn(3, null)],
    false,
  ],
  ['in a conversation', { conversation: { id: 'conv_1' } }, [turn(1, 'resp_1'), turn(2, null)], true],
  ['in a conversation, of a turn never sent', { conversation: { id: 'conv_1' } }, [turn(1, 'resp_1'), turn(2, null, 0)], false],
  ['of a job without a turn', {}, [], false],
])('a response %s may answer the newest turn as it should', (_, response, turns, may) => {
  expect(mayAnswerTurn(response, turns)).toBe(may)
})
