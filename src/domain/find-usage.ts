import type { Context } from './context.ts'
import type { UsageGroup, UsageQuery } from './store.ts'
import { secondsAfter } from './time.ts'

const DAY_SECONDS = 86_400
const SHOWN_DAYS = 30
/** So that days never outnumber the groups that one answer holds. */
export const MOST_DAYS = 366
const MOST_GROUPS = 1_000

export type UsageTotal = Omit<UsageGroup, 'group'>

export interface UsageReport {
  groups: UsageGroup[]
  /** Of everything in the period, those groups included that were too many to show. */
  total: UsageTotal
  hasMore: boolean
}

/** What a period is unless it is told: the last thirty days, today included, by UTC. */
export function usagePeriod({ from, to, now }: { from?: Date | undefined; to?: Date | undefined; now: Date }): { from: Date; to: Date } {
  const end = to ?? secondsAfter(startOfDay(now), DAY_SECONDS)
  return { from: from ?? secondsAfter(end, -SHOWN_DAYS * DAY_SECONDS), to: end }
}

export function periodDays({ from, to }: { from: Date; to: Date }): number {
  return (to.getTime() - from.getTime()) / (DAY_SECONDS * 1_000)
}

/** What a tenant's turns used and cost, summed up by one thing: the thousand dearest, or every day. */
export async function findUsage({ store }: Context, query: Omit<UsageQuery, 'limit'>): Promise<UsageReport> {
  const found = await store.usage.group({ ...query, limit: MOST_GROUPS + 1 })
  const hasMore = found.length > MOST_GROUPS
  const whole = hasMore ? await store.usage.group({ ...query, by: 'day', limit: MOST_GROUPS }) : found
  return { groups: found.slice(0, MOST_GROUPS), total: whole.reduce(plus, NOTHING), hasMore }
}

const NOTHING: UsageTotal = {
  turns: 0,
  inputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  imageInputTokens: 0,
  imageOutputTokens: 0,
  webSearches: 0,
  fileSearches: 0,
  containers: 0,
  costMicroUsd: 0,
  unpriced: 0,
  estimated: false,
}

function plus(sum: UsageTotal, one: UsageTotal): UsageTotal {
  return {
    turns: sum.turns + one.turns,
    inputTokens: sum.inputTokens + one.inputTokens,
    cachedTokens: sum.cachedTokens + one.cachedTokens,
    cacheWriteTokens: sum.cacheWriteTokens + one.cacheWriteTokens,
    outputTokens: sum.outputTokens + one.outputTokens,
    reasoningTokens: sum.reasoningTokens + one.reasoningTokens,
    imageInputTokens: sum.imageInputTokens + one.imageInputTokens,
    imageOutputTokens: sum.imageOutputTokens + one.imageOutputTokens,
    webSearches: sum.webSearches + one.webSearches,
    fileSearches: sum.fileSearches + one.fileSearches,
    containers: sum.containers + one.containers,
    costMicroUsd: sum.costMicroUsd + one.costMicroUsd,
    unpriced: sum.unpriced + one.unpriced,
    estimated: sum.estimated || one.estimated,
  }
}

function startOfDay(at: Date): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()))
}
