import type { SOURCES } from './model-prices.ts'

/** Dollars for a million tokens of the model that draws, from a day (UTC) on. */
export interface ImagePrice {
  model: string
  from: string
  text: number
  cachedText: number
  image: number
  cachedImage: number
  output: number
  /** Dollars for a picture of 1024 by 1024: a guess, for when its tokens are not told. */
  each: { low: number; medium: number; high: number }
  source: keyof typeof SOURCES | keyof typeof IMAGE_SOURCES
}

export const IMAGE_SOURCES = {
  image25: 'OpenAI, model pages of September 2026; for a picture, the price of gpt-image-2',
  image1: 'OpenAI, image generation guide, August 2025',
} as const

/** What the tool draws with where the request names no model. */
export const DEFAULT_IMAGE_MODEL = 'gpt-image-2'

const SECOND = { text: 5, cachedText: 1.25, image: 8, cachedImage: 2, output: 30, each: { low: 0.006, medium: 0.053, high: 0.211 } }

export const IMAGE_PRICES: readonly ImagePrice[] = [
  { model: 'gpt-image-2', from: '2026-04-21', ...SECOND, source: 'list2026' },
  { model: 'gpt-image-2.5-flare', from: '2026-09-08', ...SECOND, source: 'image25' },
  { model: 'gpt-image-2.5-sunburst', from: '2026-09-08', ...SECOND, source: 'image25' },
  { model: 'gpt-image-2.6-sunburst', from: '2026-09-08', ...SECOND, source: 'image25' },
  {
    model: 'gpt-image-1.5',
    from: '2025-12-16',
    text: 5,
    cachedText: 1.25,
    image: 8,
    cachedImage: 2,
    output: 32,
    each: { low: 0.009, medium: 0.034, high: 0.133 },
    source: 'list2026',
  },
  {
    model: 'gpt-image-1-mini',
    from: '2025-10-06',
    text: 2,
    cachedText: 0.2,
    image: 2.5,
    cachedImage: 0.25,
    output: 8,
    each: { low: 0.005, medium: 0.011, high: 0.036 },
    source: 'list2026',
  },
  {
    model: 'gpt-image-1',
    from: '2025-04-23',
    text: 5,
    cachedText: 1.25,
    image: 10,
    cachedImage: 2.5,
    output: 40,
    each: { low: 0.011, medium: 0.042, high: 0.167 },
    source: 'image1',
  },
]
