import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../../../src/domain/model.ts'
import { answeredCalls, openCalls, readActions } from '../../../src/domain/read-actions.ts'
import type { Actions } from '../../../src/domain/read-actions.ts'
import { requiredAction } from '../../../src/domain/required-action.ts'

type Output = Actions['outputs'][number]

const output = (callId: string, value: Json = 'x', more: Partial<Output> = {}): Output => ({
  callId,
  output: value,
  status: null,
  acknowledgedSafetyChecks: null,
  ...more,
})
const approval = (approvalRequestId: string, approve = true) => ({ approvalRequestId, approve, reason: null })
const callsOf = (...items: Json[]) => openCalls(requiredAction({ output: items }) ?? {})
const read = (items: JsonObject[], actions: Partial<Actions>) =>
  readActions(callsOf(...items), { outputs: actions.outputs ?? [], approvals: actions.approvals ?? [] })
const fieldsOf = (outcome: ReturnType<typeof read>) => (outcome.outcome === 'faulty' ? outcome.faults.map(({ field }) => field) : [])

const call = (type: string, more: JsonObject = {}): JsonObject => ({ type, id: 'it_1', call_id: 'c', ...more })
const png = { type: 'computer_screenshot', image_url: 'data:image/png;base64,AAAA' }

test.each<[JsonObject, Output, JsonObject]>([
  [call('function_call'), output('c', '21'), { type: 'function_call_output', call_id: 'c', output: '21' }],
  [
    call('function_call', { caller: { type: 'program', caller_id: 'p' } }),
    output('c', [{ type: 'input_text', text: 'a' }]),
    {
      type: 'function_call_output',
      call_id: 'c',
      output: [{ type: 'input_text', text: 'a' }],
      caller: { type: 'program', caller_id: 'p' },
    },
  ],
  [call('custom_tool_call'), output('c', 'rows'), { type: 'custom_tool_call_output', call_id: 'c', output: 'rows' }],
  [call('local_shell_call'), output('c', '{}'), { type: 'local_shell_call_output', id: 'c', output: '{}' }],
  [
    call('shell_call', { action: { commands: ['ls'], max_output_length: 9 } }),
    output('c', [{ stdout: 'a', stderr: '', outcome: { type: 'exit', exit_code: 0 } }]),
    {
      type: 'shell_call_output',
      call_id: 'c',
      output: [{ stdout: 'a', stderr: '', outcome: { type: 'exit', exit_code: 0 } }],
      max_output_length: 9,
    },
  ],
  [call('apply_patch_call'), output('c', null), { type: 'apply_patch_call_output', call_id: 'c', status: 'completed' }],
  [
    call('apply_patch_call'),
    output('c', 'no such file', { status: 'failed' }),
    { type: 'apply_patch_call_output', call_id: 'c', status: 'failed', output: 'no such file' },
  ],
  [
    call('computer_call', { pending_safety_checks: [{ id: 'sc_1' }] }),
    output('c', png, { acknowledgedSafetyChecks: [{ id: 'sc_1' }] }),
    { type: 'computer_call_output', call_id: 'c', output: png, acknowledged_safety_checks: [{ id: 'sc_1' }] },
  ],
])('%j is answered in the words that OpenAI has for it', (open, given, item) => {
  const outcome = read([open], { outputs: [given] })
  expect(outcome).toEqual({ outcome: 'read', items: [item] })
  // What was sent tells what it answered: that is how a repetition is known.
  expect(readActions(answeredCalls([item]), { outputs: [given], approvals: [] })).toEqual(outcome)
})

test('an approval keeps its reason, and the order of what was given does not count', () => {
  const items: JsonObject[] = [
    { type: 'function_call', call_id: 'a' },
    { type: 'function_call', call_id: 'b' },
    { type: 'mcp_approval_request', id: 'r' },
  ]
  expect(
    read(items, { outputs: [output('b', '2'), output('a', '1')], approvals: [{ ...approval('r', false), reason: 'too dear' }] }),
  ).toEqual({
    outcome: 'read',
    items: [
      { type: 'function_call_output', call_id: 'a', output: '1' },
      { type: 'function_call_output', call_id: 'b', output: '2' },
      { type: 'mcp_approval_response', approval_request_id: 'r', approve: false, reason: 'too dear' },
    ],
  })
})

test('what is missing, unknown or given twice is told, each by its name', () => {
  const items: JsonObject[] = [
    { type: 'function_call', call_id: 'a' },
    { type: 'function_call', call_id: 'b' },
    { type: 'mcp_approval_request', id: 'r' },
  ]
  const outcome = read(items, { outputs: [output('a'), output('x'), output('a')], approvals: [approval('y')] })
  expect(fieldsOf(outcome)).toEqual(['outputs.1.call_id', 'outputs.2.call_id', 'outputs', 'approvals.0.approval_request_id', 'approvals'])
  expect(JSON.stringify(outcome)).toMatch(/waits for: x.*twice: a.*answer b too.*waits for: y.*answer r too/)
  expect(fieldsOf(read(items, {}))).toEqual(['outputs', 'outputs', 'approvals'])
})

test('an approval does not stand for an output of the same id', () => {
  expect(fieldsOf(read([{ type: 'function_call', call_id: 'a' }], { approvals: [approval('a')] }))).toEqual([
    'outputs',
    'approvals.0.approval_request_id',
  ])
})

test.each<[string, Output, string]>([
  ['function_call', output('c', { a: 1 }), 'outputs.0.output'],
  ['function_call', output('c', 7), 'outputs.0.output'],
  ['function_call', output('c', 'x', { status: 'failed' }), 'outputs.0.status'],
  ['function_call', output('c', 'x', { acknowledgedSafetyChecks: [] }), 'outputs.0.acknowledged_safety_checks'],
  ['computer_call', output('c', 'data:image/png;base64,AAAA'), 'outputs.0.output'],
  ['local_shell_call', output('c', []), 'outputs.0.output'],
  ['shell_call', output('c', 'x'), 'outputs.0.output'],
  ['apply_patch_call', output('c', {}), 'outputs.0.output'],
])('a %s is not answered by %j', (type, given, field) => {
  expect(fieldsOf(read([call(type)], { outputs: [given] }))).toEqual([field])
})

test('a safety check that nobody acknowledged is named', () => {
  const open = call('computer_call', { pending_safety_checks: [{ id: 'sc_1' }, { id: 'sc_2' }] })
  const outcome = read([open], { outputs: [output('c', png, { acknowledgedSafetyChecks: [{ id: 'sc_2' }] })] })
  expect(outcome).toEqual({
    outcome: 'faulty',
    faults: [{ field: 'outputs.0.acknowledged_safety_checks', message: 'must hold the check sc_1' }],
  })
})
