import { newId } from '../ids.ts'
import type { Item } from '../responses/wire.ts'
import { toolOf, type AnswerContext } from './answer-context.ts'
import { jsonAnswer } from './json-answer.ts'

/** Calls that the caller must answer: asked for by scenario, forced by tool_choice, or an MCP tool that wants approval. */
export function callAnswer(context: AnswerContext): Item[] {
  const { scenario, request } = context.response
  if (request.input.some((item) => item.type.endsWith('_output') || item.type === 'mcp_approval_response')) return []
  const items: Item[] = []
  const forced = forcesFunction(request.raw.tool_choice)
  for (let n = 0; n < (forced ? Math.max(1, scenario.n('function_call')) : scenario.n('function_call')); n += 1)
    items.push(functionCall(context, n))
  if (scenario.has('custom_tool_call'))
    items.push({
      id: newId('ctc'),
      type: 'custom_tool_call',
      status: 'completed',
      call_id: newId('call'),
      name: 'run_query',
      input: 'select 1',
    })
  if (scenario.has('computer_call')) items.push(computerCall())
  if (scenario.has('local_shell_call')) items.push(localShellCall())
  const mcp = toolOf(context, 'mcp')
  if (scenario.has('mcp_approval') || (mcp !== undefined && mcp.require_approval !== 'never'))
    items.push(...mcpApproval(typeof mcp?.server_label === 'string' ? mcp.server_label : 'library', context.prompt))
  return items
}

/** What follows once an approval was given, and the failures of older and newer days. */
export function mcpCalls({ response, prompt }: AnswerContext): Item[] {
  const items: Item[] = []
  const call = (fields: Record<string, unknown>): Item => ({
    id: newId('mcp'),
    type: 'mcp_call',
    status: 'completed',
    server_label: 'library',
    name: 'search',
    arguments: JSON.stringify({ query: prompt }),
    output: null,
    error: null,
    approval_request_id: null,
    ...fields,
  })
  for (const answer of response.request.input) {
    if (answer.type !== 'mcp_approval_response' || answer.approve !== true) continue
    items.push(call({ output: JSON.stringify({ results: [] }), approval_request_id: answer.approval_request_id }))
  }
  if (!response.scenario.has('mcp_errors')) return items
  items.push(call({ status: 'failed', error: { type: 'http_error', code: 503, message: 'Service Unavailable' } }))
  items.push(call({ status: 'failed', error: { type: 'mcp_tool_execution_error', content: [{ type: 'text', text: 'no such book' }] } }))
  items.push(call({ status: 'failed', error: 'Error calling tool: timed out' }))
  return items
}

function forcesFunction(choice: unknown): boolean {
  return typeof choice === 'object' && choice !== null && 'type' in choice && choice.type === 'function'
}

function functionCall({ response, prompt }: AnswerContext, n: number): Item {
  const tools = response.request.tools.filter((tool) => tool.type === 'function')
  const tool = tools[n % Math.max(1, tools.length)]
  const made = jsonAnswer({ type: 'json_schema', schema: tool?.parameters }, prompt)
  return {
    id: newId('fc'),
    type: 'function_call',
    status: 'completed',
    call_id: newId('call'),
    name: typeof tool?.name === 'string' ? tool.name : 'lookup_order',
    arguments: made ?? JSON.stringify({ query: prompt }),
  }
}

function computerCall(): Item {
  return {
    id: newId('cu'),
    type: 'computer_call',
    status: 'completed',
    call_id: newId('call'),
    action: { type: 'screenshot' },
    pending_safety_checks: [],
  }
}

function localShellCall(): Item {
  const action = { type: 'exec', command: ['ls', '-la'], env: {}, timeout_ms: null, user: null, working_directory: null }
  return { id: newId('sh'), type: 'local_shell_call', status: 'completed', call_id: newId('call'), action }
}

function mcpApproval(label: string, prompt: string): Item[] {
  const tools = [
    {
      name: 'search',
      description: 'Searches the library.',
      annotations: null,
      input_schema: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
    },
  ]
  return [
    { id: newId('mcpl'), type: 'mcp_list_tools', server_label: label, tools },
    { id: newId('mcpr'), type: 'mcp_approval_request', server_label: label, name: 'search', arguments: JSON.stringify({ query: prompt }) },
  ]
}
