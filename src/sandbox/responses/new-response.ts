import type { CreateRequest } from './create-request.ts'
import { defaultMaxToolCalls, snapshotOf } from './models.ts'
import type { WireResponse } from './wire.ts'

/** A queued response with every field OpenAI fills in by itself. */
export function newResponse(request: CreateRequest, { id, createdAt }: { id: string; createdAt: number }): WireResponse {
  const { raw } = request
  const echo = (field: string, fallback: unknown): unknown => raw[field] ?? fallback
  return {
    id,
    object: 'response',
    created_at: createdAt,
    status: 'queued',
    background: request.background,
    completed_at: null,
    error: null,
    frequency_penalty: 0,
    incomplete_details: null,
    instructions: echo('instructions', null),
    max_output_tokens: echo('max_output_tokens', null),
    max_tool_calls: echo('max_tool_calls', defaultMaxToolCalls(request.model)),
    model: snapshotOf(request.model),
    output: [],
    parallel_tool_calls: echo('parallel_tool_calls', true),
    presence_penalty: 0,
    previous_response_id: echo('previous_response_id', null),
    prompt_cache_key: echo('prompt_cache_key', null),
    prompt_cache_retention: echo('prompt_cache_retention', null),
    reasoning: { effort: 'medium', summary: null, ...asObject(raw.reasoning) },
    safety_identifier: echo('safety_identifier', null),
    service_tier: tierOf(raw.service_tier),
    store: request.store ?? true,
    temperature: echo('temperature', 1),
    text: { format: { type: 'text' }, verbosity: 'medium', ...asObject(raw.text) },
    tool_choice: echo('tool_choice', 'auto'),
    tools: request.tools.map(withoutSecrets),
    top_logprobs: echo('top_logprobs', 0),
    top_p: echo('top_p', 1),
    truncation: echo('truncation', 'disabled'),
    usage: null,
    user: echo('user', null),
    metadata: request.metadata,
    ...(raw.conversation == null
      ? {}
      : { conversation: typeof raw.conversation === 'string' ? { id: raw.conversation } : raw.conversation }),
    ...(raw.prompt == null ? {} : { prompt: raw.prompt }),
  }
}

function tierOf(asked: unknown): unknown {
  return asked === 'fast' ? 'priority' : (asked ?? 'auto')
}

function withoutSecrets<T extends { type: string }>(tool: T): T {
  if (tool.type !== 'mcp') return tool
  const { authorization: _authorization, headers: _headers, ...open } = tool as T & { authorization?: unknown; headers?: unknown }
  return open as unknown as T
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}
