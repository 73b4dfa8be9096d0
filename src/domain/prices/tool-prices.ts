import type { SOURCES } from './model-prices.ts'

/** Dollars for what hosted tools do, from a day (UTC) on; the same at every service tier. */
interface ToolPrices {
  from: string
  /** For a thousand. */
  webSearch: number
  /** For a thousand, with `web_search_preview` on a model that does not reason. */
  plainPreviewSearch: number
  /** For a thousand. */
  fileSearch: number
  /** For a session of twenty minutes, by memory. What is billed goes by the minute, so this is a guess. */
  container: { '1g': number; '4g': number; '16g': number; '64g': number }
  source: keyof typeof SOURCES
}

export const TOOL_PRICES: readonly ToolPrices[] = [
  {
    from: '2026-05-26',
    webSearch: 10,
    plainPreviewSearch: 25,
    fileSearch: 2.5,
    container: { '1g': 0.03, '4g': 0.12, '16g': 0.48, '64g': 1.92 },
    source: 'list2026',
  },
]

export const DEFAULT_MEMORY = '1g'

export function isMemory(text: string | null): text is keyof ToolPrices['container'] {
  return text === '1g' || text === '4g' || text === '16g' || text === '64g'
}
