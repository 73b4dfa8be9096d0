import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../../../src/domain/model.ts'
import { requiredAction } from '../../../src/domain/required-action.ts'

const ask = (...output: Json[]) => requiredAction({ output })

test.each(['function_call', 'custom_tool_call', 'computer_call', 'local_shell_call', 'shell_call', 'apply_patch_call'])(
  'an unanswered %s waits for its output, and an answered one does not',
  (type) => {
    const call = { type, id: 'it_1', status: 'completed', call_id: 'call_1', name: 'f', arguments: '{"a":1}' }
    expect(ask(call)).toEqual({
      type: 'submit_actions',
      outputs: [{ type, call_id: 'call_1', name: 'f', arguments: '{"a":1}' }],
      approvals: [],
    })
    expect(ask(call, { type: `${type}_output`, call_id: 'call_1' })).toBeNull()
    expect(ask(call, { type: `${type}_output`, call_id: 'call_2' })).not.toBeNull()
    expect(ask(call, { type: 'message', call_id: 'call_1' })).not.toBeNull()
  },
)

test('an approval is asked for with what it is about, and not once it was given', () => {
  const request = { type: 'mcp_approval_request', id: 'mcpr_1', server_label: 's', name: 'n', arguments: '{}' }
  expect(ask(request)).toEqual({
    type: 'submit_actions',
    outputs: [],
    approvals: [{ approval_request_id: 'mcpr_1', server_label: 's', name: 'n', arguments: '{}' }],
  })
  expect(ask(request, { type: 'mcp_approval_response', approval_request_id: 'mcpr_1' })).toBeNull()
})

test('a shell that OpenAI hosts waits for nobody; one of ours does', () => {
  const call = { type: 'shell_call', call_id: 'call_1' }
  expect(ask({ ...call, environment: { type: 'container_reference', container_id: 'c' } })).toBeNull()
  expect(ask({ ...call, environment: { type: 'local' } })).not.toBeNull()
})

test('all that is open is asked for together', () => {
  const action = ask(
    { type: 'function_call', call_id: 'a' },
    { type: 'message' },
    { type: 'custom_tool_call', call_id: 'b' },
    { type: 'mcp_approval_request' },
  )
  expect(action).toMatchObject({ outputs: [{ call_id: 'a' }, { call_id: 'b' }], approvals: [{ approval_request_id: null }] })
})

test.each([
  {},
  { output: null },
  { output: [null, 7, 'x', [], {}] },
  { output: [{ type: 'web_search_call' }, { type: 'mcp_call' }, { type: 'constructor' }, { type: 'toString' }, { type: 7 }] },
] as JsonObject[])('%j waits for nothing', (response) => {
  expect(requiredAction(response)).toBeNull()
})
