/** A share of a bill, exact; null when its price is not known. */
export type Part = { amount: bigint; estimated: boolean } | null

// A hundred-millionth of a micro-dollar: a token of any price, by two percentages, is whole in it.
const PER_MICRO = 10_000_000_000n
const PER_DOLLAR = 1_000_000n * PER_MICRO

/** What one token costs, at dollars for a million. */
export function perMillion(usd: number): bigint {
  return exactly(usd, PER_DOLLAR / 1_000_000n)
}

/** What one call costs, at dollars for a thousand. */
export function perThousand(usd: number): bigint {
  return exactly(usd, PER_DOLLAR / 1_000n)
}

export function dollars(usd: number): bigint {
  return exactly(usd, PER_DOLLAR)
}

export function percentOf(amount: bigint, percent: number): bigint {
  return (amount * BigInt(percent)) / 100n
}

/** The one place that rounds. Null, and no exact sum, where a part is not known or the whole is beyond belief. */
export function sumMicroUsd(parts: readonly Part[]): { costMicroUsd: number | null; estimated: boolean } {
  const known = parts.filter((part) => part !== null)
  const micro = Number((known.reduce((sum, { amount }) => sum + amount, 0n) + PER_MICRO / 2n) / PER_MICRO)
  const isKnown = known.length === parts.length && Number.isSafeInteger(micro)
  return { costMicroUsd: isKnown ? micro : null, estimated: !isKnown || known.some(({ estimated }) => estimated) }
}

/** Prices have six decimals at most, so what floats add is rounded away here and nowhere else. */
function exactly(usd: number, perUsd: bigint): bigint {
  return (BigInt(Math.round(usd * 1_000_000)) * perUsd) / 1_000_000n
}
