import { describe, expect, test } from 'vitest'
import { findPrice } from '../../../src/domain/prices/find-price.ts'
import { IMAGE_PRICES } from '../../../src/domain/prices/image-prices.ts'
import { MODEL_PRICES } from '../../../src/domain/prices/model-prices.ts'
import { percentOf, perMillion, perThousand, sumMicroUsd } from '../../../src/domain/prices/money.ts'
import { priceUsage } from '../../../src/domain/prices/price-usage.ts'
import type { Used } from '../../../src/domain/prices/read-usage.ts'

const NOW = new Date('2026-11-21T12:00:00Z')
const NO_TOKENS = { input: 0, cached: 0, cacheWrite: 0, cacheWriteLong: 0, output: 0, reasoning: 0 }

function used({ tokens, images, searches, ...change }: Partial<Omit<Used, 'tokens'>> & { tokens?: object } = {}): Used {
  return {
    model: 'gpt-5.5',
    serviceTier: 'default',
    fileSearches: 0,
    containers: { count: 0, memory: null },
    rounds: false,
    ...change,
    tokens: { ...NO_TOKENS, ...tokens },
    images: images ?? { model: null, tokens: null, drawn: [] },
    searches: searches ?? { count: 0, told: true, preview: false },
  }
}

const priced = (change: Parameters<typeof used>[0], at = NOW) => priceUsage(used(change), { at })
const exactly = (costMicroUsd: number) => ({ costMicroUsd, estimated: false })
const about = (costMicroUsd: number) => ({ costMicroUsd, estimated: true })
const unknown = { costMicroUsd: null, estimated: true }

describe('the table', () => {
  test.each([
    ['models', MODEL_PRICES],
    ['image models', IMAGE_PRICES],
  ])('has the rows of one of its %s in the order of time, each day once', (_name, table) => {
    for (const model of new Set(table.map((row) => row.model))) {
      const days = table.filter((row) => row.model === model).map(({ from }) => from)
      expect(days).toEqual([...new Set(days)].toSorted())
      for (const day of days) expect(new Date(day).toISOString().slice(0, 10)).toBe(day)
    }
  })

  test('has prices that stay whole under both percentages', () => {
    for (const { model, input, cached = input, write = input, output, fast = 100 } of MODEL_PRICES)
      for (const price of [input, cached, write, output])
        for (const tier of [50, fast]) {
          const whole = perMillion(price) * BigInt(tier) * 150n
          expect(percentOf(percentOf(perMillion(price), 150), tier) * 10_000n, model).toBe(whole)
        }
  })

  test.each([
    ['gpt-5.5', 'gpt-5.5'],
    ['gpt-5.5-2026-04-23', 'gpt-5.5'],
    ['gpt-5.5-pro-2026-04-23', 'gpt-5.5-pro'],
    ['gpt-4o-2024-05-13', 'gpt-4o-2024-05-13'],
    ['gpt-4o-2024-08-06', 'gpt-4o'],
  ])('prices %s as %s', (model, row) => {
    expect(findPrice(MODEL_PRICES, { model, at: NOW })?.price.model).toBe(row)
  })

  test.each([
    'gpt-5.5-ultra',
    'gpt-5.55',
    'gpt-5.5-2026',
    'gpt',
    '',
    'ft:gpt-4.1-2025-04-14:acme::1',
    'GPT-5.5',
    'constructor',
    '-2026-01-01',
  ])('has no price for %j', (model) => {
    expect(priced({ model, tokens: { input: 1_000 } })).toEqual(unknown)
  })
})

describe('the tokens of a model', () => {
  test('cost what their kind costs, reasoning within the output', () => {
    const tokens = { input: 10_000, cached: 4_000, cacheWrite: 1_000, output: 2_000, reasoning: 1_500 }
    expect(priced({ tokens })).toEqual(exactly(6_000 * 5 + 4_000 * 0.5 + 2_000 * 30))
    expect(priced({ model: 'gpt-6-astra', tokens })).toEqual(exactly(5_000 * 10 + 4_000 * 1 + 1_000 * 12.5 + 2_000 * 50))
  })

  test.each([
    ['2026-07-29T23:59:59Z', 1_000_000],
    ['2026-07-30T00:00:00Z', 200_000],
  ])('are priced as of the day: gpt-5.6-luna at %s', (at, cost) => {
    expect(priced({ model: 'gpt-5.6-luna', tokens: { input: 100_000, output: 150_000 } }, new Date(at))).toEqual(exactly(cost))
  })

  test('before the first price, and after a price nobody promised, are a guess', () => {
    expect(priced({ tokens: { input: 1_000 } }, new Date('2020-01-01T00:00:00Z'))).toEqual(about(5_000))
    expect(priced({ model: 'gpt-5.6-sol', tokens: { input: 1_000 } }, new Date('2026-12-24T00:00:00Z'))).toEqual(about(4_000))
  })

  test.each([
    ['default', exactly(8_000)],
    ['flex', exactly(4_000)],
    ['batch', exactly(4_000)],
    ['priority', exactly(20_000)],
    ['fast', exactly(20_000)],
    ['auto', about(8_000)],
    [null, about(8_000)],
    ['ultrafast', unknown],
    ['scale', unknown],
  ])('at the tier %s', (serviceTier, cost) => {
    expect(priced({ serviceTier, tokens: { input: 1_000, output: 100 } })).toEqual(cost)
  })

  test('at a priority price that nobody told have none', () => {
    expect(priced({ model: 'gpt-5.5-pro', serviceTier: 'priority', tokens: { input: 1 } })).toEqual(unknown)
  })

  test('of a prompt over 272,000 cost twice and one and a half times as much, all of them', () => {
    const tokens = { cached: 1_000, output: 1_000 }
    expect(priced({ tokens: { ...tokens, input: 272_000 } })).toEqual(exactly(271_000 * 5 + 500 + 30_000))
    expect(priced({ tokens: { ...tokens, input: 272_001 } })).toEqual(exactly(271_001 * 10 + 1_000 + 45_000))
    expect(priced({ tokens: { ...tokens, input: 272_001 }, rounds: true }).estimated).toBe(true)
    expect(priced({ model: 'gpt-4.1', tokens: { input: 300_000 } })).toEqual(exactly(600_000))
  })

  test('cached where no such price is known count in full, as a guess', () => {
    expect(priced({ model: 'o3-pro', tokens: { input: 10, cached: 4 } })).toEqual(about(200))
  })

  test('that do not add up are a guess, never less than nothing', () => {
    expect(priced({ tokens: { input: 10, cached: 20 } })).toEqual(about(10))
  })

  test('not told make the whole unknown, whatever else is', () => {
    expect(priceUsage({ ...used({ searches: { count: 3, told: true, preview: false } }), tokens: null }, { at: NOW })).toEqual(unknown)
  })
})

describe('pictures', () => {
  const drawing = { input: 1_000, parts: { text: 400, image: 600, cachedText: 100, cachedImage: 200 }, output: 4_160 }
  const tokens = 300 * 5 + 100 * 1.25 + 400 * 8 + 200 * 2 + 4_160 * 30

  test('cost their tokens, at the prices of the model that drew', () => {
    expect(priced({ images: { model: 'gpt-image-2.5-flare-2026-09-08', tokens: drawing, drawn: [] } })).toEqual(exactly(tokens))
    expect(priced({ images: { model: null, tokens: drawing, drawn: [] } })).toEqual(about(tokens))
    expect(priced({ images: { model: 'gpt-image-9', tokens: drawing, drawn: [] } })).toEqual(unknown)
    expect(priced({ images: { model: 'gpt-image-2', tokens: { ...drawing, parts: null }, drawn: [] } })).toEqual(about(8_000 + 124_800))
  })

  test.each([
    ['1024x1024', 'high', 211_000],
    ['1536x1024', 'medium', 79_500],
    ['512x512', 'low', 1_500],
    [null, null, 211_000],
    ['99999x99999', 'max', 1_669_043],
    ['big', 'high', 211_000],
  ])('whose tokens are not told are guessed by their size and quality: %s, %s', (size, quality, cost) => {
    expect(priced({ images: { model: 'gpt-image-2', tokens: null, drawn: [{ size, quality }] } })).toEqual(about(cost))
  })
})

describe('hosted tools', () => {
  test('have fees that no tier changes', () => {
    const searches = { count: 12, told: true, preview: false }
    expect(priced({ searches, fileSearches: 3, serviceTier: 'flex' })).toEqual(exactly(120_000 + 7_500))
  })

  test('searches that were only counted are a guess', () => {
    expect(priced({ searches: { count: 2, told: false, preview: false } })).toEqual(about(20_000))
    expect(priced({ searches: { count: 0, told: false, preview: false } })).toEqual(exactly(0))
  })

  test('preview searches cost more on a model that does not reason', () => {
    const searches = { count: 1, told: true, preview: true }
    expect(priced({ model: 'gpt-4.1', searches })).toEqual(exactly(25_000))
    expect(priced({ model: 'o3', searches })).toEqual(exactly(10_000))
  })

  test('containers are guessed by their memory', () => {
    expect(priced({ containers: { count: 2, memory: '4g' } })).toEqual(about(240_000))
    expect(priced({ containers: { count: 1, memory: 'toString' } })).toEqual(about(30_000))
  })
})

describe('money', () => {
  test('is rounded once, at the end', () => {
    const half = { amount: perMillion(0.5), estimated: false }
    expect(sumMicroUsd([half])).toEqual(exactly(1))
    expect(sumMicroUsd([half, half, half])).toEqual(exactly(2))
    expect(sumMicroUsd(Array.from({ length: 10 }, () => ({ amount: perThousand(0.0001), estimated: false })))).toEqual(exactly(1))
  })

  test('beyond belief is not known', () => {
    expect(sumMicroUsd([{ amount: perMillion(1) * 2n ** 60n, estimated: false }])).toEqual(unknown)
  })
})
