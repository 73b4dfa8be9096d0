import { sumMicroUsd } from './money.ts'
import { priceImages } from './price-images.ts'
import { priceTokens } from './price-tokens.ts'
import { priceTools } from './price-tools.ts'
import type { Used } from './read-usage.ts'

/** Changes with every change of a price or of a rule here, and is kept beside each cost. */
export const PRICES_VERSION = '2026-11-21'

/** What one response cost, in millionths of a dollar: the sum of its parts, or null where one of them is not known. */
export function priceUsage(used: Used, { at }: { at: Date }): { costMicroUsd: number | null; estimated: boolean } {
  return sumMicroUsd([priceTokens(used, at), priceImages(used.images, at), ...priceTools(used, at)])
}
