import type { Job, JsonObject, Turn } from './model.ts'
import type { UsageRow } from './usage-row.ts'
import type { Store } from './ports.ts'
import { PRICES_VERSION, priceUsage } from './prices/price-usage.ts'
import { readUsage } from './prices/read-usage.ts'
import { countOf, textOf } from './read-json.ts'

interface Priced {
  job: Job
  turn: Turn
  response: JsonObject
  at: Date
}

/** Writes down once what a turn used and cost; what the job has cost so far, or null where that is not known. */
export async function recordUsage(tx: Store, priced: Priced): Promise<number | null> {
  await tx.usage.insert(usageOf(priced))
  return tx.usage.costOfJob(priced.job.id)
}

export function usageOf({ job, turn, response, at }: Priced): UsageRow {
  const used = readUsage(response, { model: textOf(response.model) ?? turn.model ?? job.model })
  const { tokens, images } = used
  return {
    turnId: turn.id,
    jobId: job.id,
    tenantId: job.tenantId,
    keyId: job.keyId,
    account: turn.account,
    model: used.model,
    serviceTier: used.serviceTier,
    labels: job.labels,
    inputTokens: tokens?.input ?? 0,
    cachedTokens: tokens?.cached ?? 0,
    cacheWriteTokens: tokens?.cacheWrite ?? 0,
    outputTokens: tokens?.output ?? 0,
    reasoningTokens: tokens?.reasoning ?? 0,
    imageInputTokens: images.tokens?.input ?? 0,
    imageOutputTokens: images.tokens?.output ?? 0,
    webSearches: used.searches.count,
    fileSearches: used.fileSearches,
    containers: used.containers.count,
    ...priceUsage(used, { at: beganAt(response) ?? turn.submittedAt ?? at }),
    prices: PRICES_VERSION,
    createdAt: at,
  }
}

/** By OpenAI's clock: a run over midnight pays the price of the day it was asked for. */
function beganAt(response: JsonObject): Date | null {
  const seconds = countOf(response.created_at)
  return seconds === null || seconds > LAST_SECOND ? null : new Date(seconds * 1_000)
}

/** Of the year 9999. */
const LAST_SECOND = 253_402_300_799
