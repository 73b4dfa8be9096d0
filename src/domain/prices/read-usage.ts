import type { Json, JsonObject } from '../model.ts'
import { countOf, objectOf, objectsOf, textOf } from '../read-json.ts'

/** What a response says that it used, as far as it has a price. */
export interface Used {
  model: string
  serviceTier: string | null
  /** Null: not told, as for what was cancelled or failed. */
  tokens: Tokens | null
  images: Images
  searches: Counted & { preview: boolean }
  fileSearches: number
  containers: { count: number; memory: string | null }
  /** It went round more than once, so that no single prompt need have been as long as their sum. */
  rounds: boolean
}

export interface Tokens {
  input: number
  cached: number
  cacheWrite: number
  /** Kept in the cache for longer, at a price not known. */
  cacheWriteLong: number
  output: number
  reasoning: number
}

/** `told`: by OpenAI; else counted from the items. */
interface Counted {
  count: number
  told: boolean
}

export interface Images {
  model: string | null
  tokens: ImageTokens | null
  /** Those that came. */
  drawn: { size: string | null; quality: string | null }[]
}

export interface ImageTokens {
  input: number
  /** How the input divides; null: not told. */
  parts: { text: number; image: number; cachedText: number; cachedImage: number } | null
  output: number
}

/** What a column holds; anything above is no count that OpenAI would send. */
const MOST = 2_147_483_647

export function readUsage(response: JsonObject, { model }: { model: string }): Used {
  const items = objectsOf(response.output)
  const tools = objectsOf(response.tools)
  const told = objectOf(response.tool_usage)
  return {
    model,
    serviceTier: textOf(response.service_tier),
    tokens: readTokens(objectOf(response.usage)),
    images: readImages(items, { tool: tools.find(({ type }) => type === 'image_generation'), told: objectOf(told?.image_gen) }),
    searches: { ...readSearches(items, objectOf(told?.web_search)), preview: tools.some(({ type }) => isPreview(type)) },
    fileSearches: countItems(items, 'file_search_call'),
    containers: readContainers(items, tools),
    rounds: items.some(({ type }) => type !== 'message' && type !== 'reasoning'),
  }
}

function readTokens(usage: JsonObject | null): Tokens | null {
  const input = tokensOf(usage?.input_tokens)
  const output = tokensOf(usage?.output_tokens)
  if (input === null || output === null) return null
  const details = objectOf(usage?.input_tokens_details)
  return {
    input,
    cached: tokensOf(details?.cached_tokens) ?? 0,
    cacheWrite: tokensOf(details?.cache_write_tokens) ?? 0,
    cacheWriteLong: tokensOf(objectOf(details?.cache_write_tokens_details)?.ttl_12h_tokens) ?? 0,
    output,
    reasoning: tokensOf(objectOf(usage?.output_tokens_details)?.reasoning_tokens) ?? 0,
  }
}

function readImages(items: JsonObject[], { tool, told }: { tool: JsonObject | undefined; told: JsonObject | null }): Images {
  const drawn = items.filter(({ type, result }) => type === 'image_generation_call' && Boolean(textOf(result)))
  const input = tokensOf(told?.input_tokens)
  const output = tokensOf(told?.output_tokens)
  return {
    model: textOf(drawn[0]?.model) ?? textOf(tool?.model),
    tokens: input === null || output === null ? null : { input, parts: readParts(told), output },
    drawn: drawn.map(({ size, quality }) => ({ size: textOf(size), quality: textOf(quality) })),
  }
}

function readParts(told: JsonObject | null): NonNullable<ImageTokens['parts']> | null {
  const details = objectOf(told?.input_tokens_details)
  const text = tokensOf(details?.text_tokens)
  const image = tokensOf(details?.image_tokens)
  if (text === null || image === null) return null
  const cached = objectOf(told?.cached_tokens_details)
  const cachedText = tokensOf(cached?.text_tokens) ?? 0
  const cachedImage = tokensOf(cached?.image_tokens) ?? 0
  return { text, image, cachedText: Math.min(cachedText, text), cachedImage: Math.min(cachedImage, image) }
}

/** Only looking for pages is a search; opening one is not, and a call that a limit cut short has no action at all. */
function readSearches(items: JsonObject[], told: JsonObject | null): Counted {
  const requests = tokensOf(told?.num_requests)
  if (requests !== null) return { count: requests, told: true }
  const searched = items.filter(({ type, action }) => type === 'web_search_call' && objectOf(action)?.type === 'search')
  return { count: searched.length, told: false }
}

function readContainers(items: JsonObject[], tools: JsonObject[]): Used['containers'] {
  const ids = items.map((item) => textOf(item.container_id) ?? textOf(objectOf(item.environment)?.container_id))
  const memories = tools.map((tool) => objectOf(tool.container) ?? objectOf(tool.environment)).map((place) => textOf(place?.memory_limit))
  return { count: new Set(ids.filter((id) => id !== null)).size, memory: memories.find((memory) => memory !== null) ?? null }
}

function countItems(items: JsonObject[], type: string): number {
  return items.filter((item) => item.type === type).length
}

function isPreview(type: Json | undefined): boolean {
  return textOf(type)?.startsWith('web_search_preview') === true
}

function tokensOf(value: Json | undefined): number | null {
  const count = countOf(value)
  return count !== null && count <= MOST ? count : null
}
