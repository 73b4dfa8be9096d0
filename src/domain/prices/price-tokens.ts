import { findPrice } from './find-price.ts'
import { FAST_TIERS, LONG_PERCENT, LONG_PROMPT, MODEL_PRICES, TIER_PERCENT } from './model-prices.ts'
import type { ModelPrice } from './model-prices.ts'
import { percentOf, perMillion } from './money.ts'
import type { Part } from './money.ts'
import type { Tokens, Used } from './read-usage.ts'

/** The tokens of the model itself; reasoning is within its output. */
export function priceTokens({ model, serviceTier, tokens, rounds }: Used, at: Date): Part {
  const found = findPrice(MODEL_PRICES, { model, at })
  if (found === null || tokens === null) return null
  const { price, early } = found
  const tier = tierOf(serviceTier, price)
  if (tier === null) return null
  const isLong = price.long === true && tokens.input > LONG_PROMPT
  const side = isLong ? LONG_PERCENT : { input: 100, output: 100 }
  const input = priceInput(tokens, price)
  const standard = percentOf(input.amount, side.input) + percentOf(BigInt(tokens.output) * perMillion(price.output), side.output)
  return {
    amount: percentOf(standard, tier.percent),
    estimated: early || price.unsure === true || tier.estimated || input.estimated || (isLong && rounds),
  }
}

function priceInput({ input, cached, cacheWrite, cacheWriteLong }: Tokens, price: ModelPrice): { amount: bigint; estimated: boolean } {
  const fresh = Math.max(0, input - cached - cacheWrite)
  const amount =
    BigInt(fresh) * perMillion(price.input) +
    BigInt(cached) * perMillion(price.cached ?? price.input) +
    BigInt(cacheWrite) * perMillion(price.write ?? price.input)
  const isOdd = cached + cacheWrite > input
  return { amount, estimated: isOdd || cacheWriteLong > 0 || (cached > 0 && price.cached === undefined) }
}

/** Null: at a tier whose price is not known. `auto` is what was asked for and does not tell what it was run at. */
function tierOf(serviceTier: string | null, { fast }: ModelPrice): { percent: number; estimated: boolean } | null {
  if (serviceTier === null || serviceTier === 'auto') return { percent: 100, estimated: true }
  const percent = FAST_TIERS.includes(serviceTier) ? fast : TIER_PERCENT.get(serviceTier)
  return percent === undefined ? null : { percent, estimated: false }
}
