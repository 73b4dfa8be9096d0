/** Every type of output item that the API is known to send. */
export const ITEM_TYPES = [
  'message',
  'reasoning',
  'compaction',
  'image_generation_call',
  'code_interpreter_call',
  'program',
  'program_output',
  'web_search_call',
  'file_search_call',
  'tool_search_call',
  'tool_search_output',
  'additional_tools',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'mcp_list_tools',
  'mcp_call',
  'mcp_approval_request',
  'mcp_approval_response',
  'computer_call',
  'computer_call_output',
  'shell_call',
  'shell_call_output',
  'local_shell_call',
  'local_shell_call_output',
  'apply_patch_call',
  'apply_patch_call_output',
] as const

export type ItemType = (typeof ITEM_TYPES)[number]

const KNOWN: ReadonlySet<string> = new Set(ITEM_TYPES)

export function isItemType(type: string): type is ItemType {
  return KNOWN.has(type)
}
