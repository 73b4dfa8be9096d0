import { findPrice, priceAt } from './find-price.ts'
import { MODEL_PRICES } from './model-prices.ts'
import { dollars, perThousand } from './money.ts'
import type { Part } from './money.ts'
import type { Used } from './read-usage.ts'
import { DEFAULT_MEMORY, isMemory, TOOL_PRICES } from './tool-prices.ts'

/** The fees of hosted tools, beside the tokens that they cause. */
export function priceTools({ model, searches, fileSearches, containers }: Used, at: Date): Part[] {
  const found = priceAt(TOOL_PRICES, at)
  if (found === null) return [null]
  const { price, early } = found
  const isPlainPreview = searches.preview && findPrice(MODEL_PRICES, { model, at })?.price.plain === true
  const search = perThousand(isPlainPreview ? price.plainPreviewSearch : price.webSearch)
  const memory = isMemory(containers.memory) ? containers.memory : DEFAULT_MEMORY
  return [
    { amount: BigInt(searches.count) * search, estimated: searches.count > 0 && (early || !searches.told) },
    { amount: BigInt(fileSearches) * perThousand(price.fileSearch), estimated: fileSearches > 0 && early },
    { amount: BigInt(containers.count) * dollars(price.container[memory]), estimated: containers.count > 0 },
  ]
}
