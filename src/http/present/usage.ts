import { z } from 'zod'
import type { UsageReport, UsageTotal } from '../../domain/find-usage.ts'
import { PRICES_VERSION } from '../../domain/prices/price-usage.ts'
import { iso, time } from './shapes.ts'

const usageTotalSchema = z.object({
  turns: z.int().describe('Responses at OpenAI that ended.'),
  input_tokens: z.int(),
  cached_tokens: z.int().describe('Part of `input_tokens`.'),
  cache_write_tokens: z.int().describe('Part of `input_tokens`.'),
  output_tokens: z.int(),
  reasoning_tokens: z.int().describe('Part of `output_tokens`.'),
  image_input_tokens: z.int().describe('Of the model that draws; beside `input_tokens`.'),
  image_output_tokens: z.int(),
  web_searches: z.int(),
  file_searches: z.int(),
  containers: z.int(),
  cost_usd: z.number().nullable().describe('Of the turns whose cost is known; null where none is.'),
  unpriced_turns: z.int().describe('Turns whose cost is not known and not in `cost_usd`.'),
  estimated: z.boolean().describe('Some part of the cost is a guess, or missing.'),
})

const usageGroupSchema = usageTotalSchema.extend({
  group: z.string().nullable().describe('A day (UTC), a model, the id of a key or the value of the label; null: without one.'),
})

export const usageSchema = z.object({
  data: z.array(usageGroupSchema).describe('Days in their order, anything else with the dearest first; at most 1,000.'),
  has_more: z.boolean().describe('There are more groups; `total` counts them too.'),
  total: usageTotalSchema,
  from: time,
  to: time,
  prices: z.object({ version: z.string() }).describe('The price table that new turns are priced from.'),
})

export function presentUsage({ groups, total, hasMore }: UsageReport, { from, to }: { from: Date; to: Date }): z.infer<typeof usageSchema> {
  return {
    data: groups.map((group) => ({ group: group.group, ...presentTotal(group) })),
    has_more: hasMore,
    total: presentTotal(total),
    from: iso(from),
    to: iso(to),
    prices: { version: PRICES_VERSION },
  }
}

function presentTotal(total: UsageTotal): z.infer<typeof usageTotalSchema> {
  const isUnknown = total.turns > 0 && total.unpriced === total.turns
  return {
    turns: total.turns,
    input_tokens: total.inputTokens,
    cached_tokens: total.cachedTokens,
    cache_write_tokens: total.cacheWriteTokens,
    output_tokens: total.outputTokens,
    reasoning_tokens: total.reasoningTokens,
    image_input_tokens: total.imageInputTokens,
    image_output_tokens: total.imageOutputTokens,
    web_searches: total.webSearches,
    file_searches: total.fileSearches,
    containers: total.containers,
    cost_usd: isUnknown ? null : total.costMicroUsd / 1_000_000,
    unpriced_turns: total.unpriced,
    estimated: total.estimated,
  }
}
