import type { JsonObject } from './model.ts'
import { objectOf, objectsOf, textOf } from './read-json.ts'

/** Calls that wait for their caller, and the item that answers each. */
const ANSWERED_BY = new Map([
  ['function_call', 'function_call_output'],
  ['custom_tool_call', 'custom_tool_call_output'],
  ['computer_call', 'computer_call_output'],
  ['local_shell_call', 'local_shell_call_output'],
  ['shell_call', 'shell_call_output'],
  ['apply_patch_call', 'apply_patch_call_output'],
])

/** The type of the item that answers a call; null for what waits for nobody. */
export function answerTypeOf(call: JsonObject): string | null {
  return ANSWERED_BY.get(textOf(call.type) ?? '') ?? null
}

/** What an answer waits for, as data a program can act on; null when it waits for nothing. */
export function requiredAction(response: JsonObject): JsonObject | null {
  const items = objectsOf(response.output)
  const answered = new Set(items.map((item) => `${textOf(item.type)} ${textOf(item.call_id) ?? textOf(item.approval_request_id)}`))
  const outputs = items.flatMap((item) => {
    const answer = answerTypeOf(item)
    if (answer === null || answered.has(`${answer} ${textOf(item.call_id)}`) || isHosted(item)) return []
    const { id: _id, status: _status, ...call } = item
    return call
  })
  const approvals = items.flatMap((item) => {
    if (item.type !== 'mcp_approval_request' || answered.has(`mcp_approval_response ${textOf(item.id)}`)) return []
    return {
      approval_request_id: item.id ?? null,
      server_label: item.server_label ?? null,
      name: item.name ?? null,
      arguments: item.arguments ?? null,
    }
  })
  return outputs.length + approvals.length === 0 ? null : { type: 'submit_actions', outputs, approvals }
}

function isHosted(item: JsonObject): boolean {
  return item.type === 'shell_call' && objectOf(item.environment)?.type === 'container_reference'
}
