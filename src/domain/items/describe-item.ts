import type { JsonObject } from '../model.ts'
import { describeCallOutput, describeCustomCall, describeFunctionCall } from './calls.ts'
import { describeCodeInterpreter, describeProgram, describeProgramOutput } from './code.ts'
import { describeComputerCall, describeScreen } from './computer.ts'
import { isItemType } from './item-types.ts'
import type { ItemType } from './item-types.ts'
import { describeApproval, describeApprovalRequest, describeMcpCall, describeMcpTools } from './mcp.ts'
import { describeImage } from './pictures.ts'
import { describeFileSearch, describeToolSearch, describeTools, describeWebSearch } from './searches.ts'
import {
  describeLocalShellCall,
  describeLocalShellOutput,
  describePatch,
  describePatchOutput,
  describeShellCall,
  describeShellOutput,
} from './shell.ts'
import { inLine } from './told-item.ts'
import type { DescribeItem, ToldItem } from './told-item.ts'
import { describeCompaction, describeMessage, describeReasoning } from './words.ts'

const DESCRIBERS: { [T in ItemType]: DescribeItem } = {
  message: describeMessage,
  reasoning: describeReasoning,
  compaction: describeCompaction,
  image_generation_call: describeImage,
  code_interpreter_call: describeCodeInterpreter,
  program: describeProgram,
  program_output: describeProgramOutput,
  web_search_call: describeWebSearch,
  file_search_call: describeFileSearch,
  tool_search_call: describeToolSearch,
  tool_search_output: describeTools,
  additional_tools: describeTools,
  function_call: describeFunctionCall,
  function_call_output: describeCallOutput,
  custom_tool_call: describeCustomCall,
  custom_tool_call_output: describeCallOutput,
  mcp_list_tools: describeMcpTools,
  mcp_call: describeMcpCall,
  mcp_approval_request: describeApprovalRequest,
  mcp_approval_response: describeApproval,
  computer_call: describeComputerCall,
  computer_call_output: describeScreen,
  shell_call: describeShellCall,
  shell_call_output: describeShellOutput,
  local_shell_call: describeLocalShellCall,
  local_shell_call_output: describeLocalShellOutput,
  apply_patch_call: describePatch,
  apply_patch_call_output: describePatchOutput,
}

/** An item in a line; one of a type nobody knows is told by its name. */
export function describeItem(type: string, item: JsonObject): ToldItem {
  return isItemType(type) ? DESCRIBERS[type](item) : { summary: `An item of an unknown type, ${inLine(type, 60) || 'without a name'}` }
}
