import { badRequest } from '../api-error.ts'
import type { Item } from './wire.ts'

/** What each call is called in OpenAI's own messages, by the type of its answer. */
const CALLS = new Map([
  ['function_call', 'function call'],
  ['custom_tool_call', 'custom tool call'],
  ['computer_call', 'computer call'],
  ['local_shell_call', 'local shell call'],
  ['apply_patch_call', 'apply patch call'],
])
const REQUEST = 'mcp_approval_request'
const APPROVAL = 'mcp_approval_response'

/** Every call of a conversation must be answered, and every answer must be to one. Throws OpenAI's 400. */
export function checkCalls(before: readonly Item[], input: readonly Item[]): void {
  const all = [...before, ...input]
  const has = (type: string, id: unknown): boolean => all.some((item) => item.type === type && (item.call_id === id || item.id === id))
  for (const item of input) {
    if (item.type === APPROVAL && !has(REQUEST, item.approval_request_id))
      throw refused(`No approval request found for approval response with approval_request_id ${String(item.approval_request_id)}.`)
    const type = item.type.replace(/_output$/, '')
    const name = item.type === type ? undefined : CALLS.get(type)
    const id = item.call_id ?? item.id
    if (name !== undefined && !has(type, id)) throw refused(`No tool call found for ${name} output with call_id ${String(id)}.`)
  }
  for (const { type, id, call_id: callId } of all) {
    const name = CALLS.get(type)
    if (name !== undefined && !has(`${type}_output`, callId)) throw refused(`No tool output found for ${name} ${String(callId)}.`)
    if (type === REQUEST && !all.some((item) => item.type === APPROVAL && item.approval_request_id === id))
      throw refused(`No approval response found for approval request ${String(id)}.`)
  }
}

function refused(message: string): Error {
  return badRequest(message, { param: 'input' })
}
