import type { StoredResponse } from '../responses/stored-response.ts'
import type { Item, Usage } from '../responses/wire.ts'

const REASONING_TOKENS: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 16,
  low: 64,
  medium: 256,
  high: 1_024,
  xhigh: 4_096,
  max: 8_192,
}

export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4)
}

export function reasoningTokensOf({ body }: StoredResponse): number {
  const effort =
    typeof body.reasoning === 'object' && body.reasoning !== null && 'effort' in body.reasoning ? String(body.reasoning.effort) : 'medium'
  return REASONING_TOKENS[effort] ?? 256
}

export function usageOf(response: StoredResponse, output: readonly Item[]): Usage {
  const inputTokens = 8 + estimateTokens(JSON.stringify(response.inputItems, withoutPayloads))
  const reasoningTokens = reasoningTokensOf(response)
  const outputTokens = reasoningTokens + estimateTokens(output.map(visibleText).join(''))
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: response.parent === undefined ? 0 : Math.floor(inputTokens / 2), cache_write_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: inputTokens + outputTokens,
  }
}

/** Costs that `usage` does not hold; undefined when no such tool ran. */
export function toolUsageOf(output: readonly Item[]): object | undefined {
  const images = output.filter((item) => item.type === 'image_generation_call' && typeof item.result === 'string')
  const searches = output.filter(
    (item) => item.type === 'web_search_call' && (item.action as { type?: unknown } | undefined)?.type === 'search',
  )
  if (images.length === 0 && searches.length === 0) return undefined
  const outputTokens = images.length * 4_160
  return {
    image_gen: {
      input_tokens: images.length * 50,
      input_tokens_details: { image_tokens: 0, text_tokens: images.length * 50 },
      output_tokens: outputTokens,
      output_tokens_details: { image_tokens: outputTokens, text_tokens: 0 },
      total_tokens: outputTokens + images.length * 50,
    },
    web_search: { num_requests: searches.length },
  }
}

function visibleText(item: Item): string {
  if (item.type === 'code_interpreter_call') return typeof item.code === 'string' ? item.code : ''
  if (item.type === 'function_call') return typeof item.arguments === 'string' ? item.arguments : ''
  if (item.type !== 'message' || !Array.isArray(item.content)) return ''
  return (item.content as { text?: string; refusal?: string }[]).map((part) => part.text ?? part.refusal ?? '').join('')
}

function withoutPayloads(key: string, value: unknown): unknown {
  return key === 'result' || (typeof value === 'string' && value.startsWith('data:')) ? '' : value
}
