import type { Answer } from '../answers/compose-answer.ts'
import { messageItem, reasoningItem } from '../answers/message-draft.ts'
import { estimateTokens, reasoningTokensOf } from '../answers/usage.ts'
import type { ScenarioName } from '../scenarios.ts'
import type { StoredResponse } from './stored-response.ts'
import type { Item, Usage, WireResponse } from './wire.ts'

type Failure = NonNullable<WireResponse['error']>

const QUOTA =
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.'

const FAILURES: Partial<Record<ScenarioName, Failure>> = {
  fail_server_error: {
    code: 'server_error',
    message:
      'An error occurred while processing your request. You can retry your request, or contact us through our help center at help.openai.com if the error persists.',
  },
  fail_internal: {
    code: 'server_error',
    message: 'An error occurred while processing your request. Please include the workflow run ID wfr_019e2b7c5d3f7a02 in your message.',
  },
  fail_rate_limit: {
    code: 'rate_limit_exceeded',
    message:
      'Rate limit reached for o3 in organization org-sandbox on tokens per min (TPM): Limit 200000, Used 177684, Requested 33606. Please try again in 3.387s.',
  },
  fail_quota: { code: 'insufficient_quota', message: QUOTA },
  fail_content_policy: { code: 'image_content_policy_violation', message: 'Your request was rejected as a result of our safety system.' },
  fail_invalid_prompt: {
    code: 'invalid_prompt',
    message: 'Invalid prompt: your prompt was flagged as potentially violating our usage policy.',
  },
  fail_bio_policy: { code: 'bio_policy', message: 'This request was blocked under our biology policy.' },
  fail_vector_store: { code: 'vector_store_timeout', message: 'The vector store did not answer in time.' },
  fail_partial: { code: 'server_error', message: 'The model stopped in the middle of its work.' },
}

/** How the run ends: its answer, or what the scenario or the token limit makes of it. */
export function outcomeOf(response: StoredResponse, answer: Answer): Partial<WireResponse> {
  const { scenario } = response
  const failure = failureOf(response)
  if (failure !== undefined) return failed(failure, scenario.has('fail_partial') ? answer : undefined)
  if (scenario.has('cancelled_upstream')) return { status: 'cancelled', output: [], usage: null }
  if (scenario.has('incomplete_empty')) return incomplete(answer, { reason: 'max_output_tokens', output: [] })
  if (scenario.has('incomplete_content_filter')) return incomplete(answer, { reason: 'content_filter', output: cutShort(answer.output) })
  if (scenario.has('incomplete_unknown_reason')) return incomplete(answer, { reason: 'steered', output: cutShort(answer.output) })
  if (scenario.has('incomplete')) return incomplete(answer, { reason: 'max_output_tokens', output: cutShort(answer.output) })
  const limit = response.request.maxOutputTokens
  if (limit !== undefined && answer.usage !== null && answer.usage.output_tokens > limit) return limited(response, { answer, limit })
  return { status: 'completed', output: answer.output, usage: answer.usage, ...toolUsage(answer) }
}

/** What a poll of a run that shows its work sees. */
export function partialOutput(): Item[] {
  return [reasoningItem(['Reading the request closely.']), messageItem('So far I have found', { status: 'in_progress' })]
}

function failureOf({ scenario }: StoredResponse): Failure | undefined {
  if (scenario.has('fail'))
    return { code: scenario.text('sandbox_error_code', 'server_error'), message: scenario.text('sandbox_error_message', 'It failed.') }
  const name = scenario.names.find((each) => FAILURES[each] !== undefined)
  return name === undefined ? undefined : FAILURES[name]
}

function failed(error: Failure, kept: Answer | undefined): Partial<WireResponse> {
  return { status: 'failed', error, output: kept?.output ?? [], usage: kept?.usage ?? null }
}

function incomplete(answer: Answer, { reason, output }: { reason: string; output: Item[] }): Partial<WireResponse> {
  return { status: 'incomplete', incomplete_details: { reason }, output, usage: answer.usage, ...toolUsage(answer) }
}

/** Reasoning is paid first; what is left of the limit is text. */
function limited(response: StoredResponse, { answer, limit }: { answer: Answer; limit: number }): Partial<WireResponse> {
  const thought = Math.min(reasoningTokensOf(response), limit)
  const room = (limit - thought) * 4
  const output = room === 0 ? answer.output.filter((item) => item.type === 'reasoning') : cutShort(answer.output, room)
  const usage: Usage | null = answer.usage && {
    ...answer.usage,
    output_tokens: limit,
    output_tokens_details: { reasoning_tokens: thought },
    total_tokens: answer.usage.input_tokens + limit,
  }
  return incomplete({ ...answer, usage }, { reason: 'max_output_tokens', output })
}

function cutShort(output: readonly Item[], room?: number): Item[] {
  return output.map((item) => {
    if (item.type !== 'message' || !Array.isArray(item.content)) return item
    const [part] = item.content as { text?: string; annotations?: { end_index?: number }[] }[]
    if (part?.text === undefined) return item
    const text = part.text.slice(0, room ?? Math.max(1, estimateTokens(part.text) * 2))
    const annotations = (part.annotations ?? []).filter(({ end_index: end = 0 }) => end <= text.length)
    return { ...item, status: 'incomplete', content: [{ ...part, text, annotations }] }
  })
}

function toolUsage({ toolUsage: usage }: Answer): { tool_usage?: object } {
  return usage === undefined ? {} : { tool_usage: usage }
}
