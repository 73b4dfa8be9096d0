import { findPrice } from './find-price.ts'
import { DEFAULT_IMAGE_MODEL, IMAGE_PRICES } from './image-prices.ts'
import type { ImagePrice } from './image-prices.ts'
import { dollars, perMillion } from './money.ts'
import type { Part } from './money.ts'
import type { Images, ImageTokens } from './read-usage.ts'

const SQUARE = 1_024 * 1_024
/** As large as they come; a size is what somebody wrote. */
const LARGEST = 8_294_400

/** What drawing used, by its tokens where OpenAI tells them, else by the picture. */
export function priceImages({ model, tokens, drawn }: Images, at: Date): Part {
  if (tokens === null && drawn.length === 0) return { amount: 0n, estimated: false }
  const found = findPrice(IMAGE_PRICES, { model: model ?? DEFAULT_IMAGE_MODEL, at })
  if (found === null) return null
  const { price, early } = found
  if (tokens === null) return { amount: drawn.reduce((sum, picture) => sum + guessPicture(picture, price), 0n), estimated: true }
  return { amount: priceImageTokens(tokens, price), estimated: early || model === null || tokens.parts === null }
}

/** Input that is not divided counts as pictures: they cost more. */
function priceImageTokens({ input, parts, output }: ImageTokens, price: ImagePrice): bigint {
  const { text, image, cachedText, cachedImage } = parts ?? { text: 0, image: input, cachedText: 0, cachedImage: 0 }
  return (
    BigInt(text - cachedText) * perMillion(price.text) +
    BigInt(cachedText) * perMillion(price.cachedText) +
    BigInt(image - cachedImage) * perMillion(price.image) +
    BigInt(cachedImage) * perMillion(price.cachedImage) +
    BigInt(output) * perMillion(price.output)
  )
}

/** In proportion to its pixels; a quality that has no price counts as high. */
function guessPicture({ size, quality }: Images['drawn'][number], { each }: ImagePrice): bigint {
  const square = quality === 'low' || quality === 'medium' ? each[quality] : each.high
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(size ?? '') ?? []
  const pixels = Math.min(width === undefined ? SQUARE : Number(width) * Number(height), LARGEST)
  return (dollars(square) * BigInt(pixels)) / BigInt(SQUARE)
}
