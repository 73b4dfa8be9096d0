import { badRequest, type ApiError } from '../api-error.ts'
import type { Item } from './wire.ts'

export interface CreateRequest {
  model: string
  input: readonly Item[]
  tools: readonly Item[]
  include: readonly string[]
  metadata: Record<string, string>
  background: boolean
  stream: boolean
  store: boolean | undefined
  previousResponseId: string | undefined
  maxOutputTokens: number | undefined
  /** The body as it came, for what is only echoed. */
  raw: Readonly<Record<string, unknown>>
}

export function parseCreateRequest(body: unknown): CreateRequest {
  if (!isRecord(body)) throw badRequest('Invalid type: expected an object as the body of the request.', { code: 'invalid_type' })
  if (typeof body.model !== 'string' || body.model === '') throw missing('model')
  const previous = optional(body, 'previous_response_id', 'string')
  if (previous !== undefined && body.conversation != null) {
    throw badRequest(
      "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. Ensure you are only providing one of them.",
      { code: 'mutually_exclusive_parameters' },
    )
  }
  if (body.input == null && body.prompt == null && previous === undefined && body.conversation == null) {
    throw badRequest(
      "Missing required parameter: one of 'input' or 'previous_response_id' or 'prompt' or 'conversation' must be provided.",
      { code: 'missing_required_parameter' },
    )
  }
  const maxOutputTokens = optional(body, 'max_output_tokens', 'number')
  if (maxOutputTokens !== undefined && maxOutputTokens < 16) throw belowMinimum('max_output_tokens', { least: 16, got: maxOutputTokens })
  return {
    model: body.model,
    input: parseInput(body.input),
    tools: parseItems(body.tools, 'tools'),
    include: parseStrings(body.include, 'include'),
    metadata: parseMetadata(body.metadata),
    background: optional(body, 'background', 'boolean') ?? false,
    stream: optional(body, 'stream', 'boolean') ?? false,
    store: optional(body, 'store', 'boolean'),
    previousResponseId: previous,
    maxOutputTokens,
    raw: body,
  }
}

function parseInput(input: unknown): Item[] {
  if (input == null) return []
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }]
  return parseItems(input, 'input').map((item) => (item.type === 'message' ? withContentParts(item) : item))
}

function withContentParts(item: Item): Item {
  if (typeof item.content !== 'string') return item
  const type = item.role === 'assistant' ? 'output_text' : 'input_text'
  const extra = type === 'output_text' ? { annotations: [], logprobs: [] } : {}
  return { ...item, content: [{ type, text: item.content, ...extra }] }
}

function parseItems(value: unknown, param: string): Item[] {
  if (value == null) return []
  if (!Array.isArray(value))
    throw wrongType(param, { expected: param === 'input' ? 'a string or an array' : 'an array of objects', got: value })
  return value.map((item, index) => {
    if (!isRecord(item)) throw wrongType(`${param}[${index}]`, { expected: 'an object', got: item })
    if (typeof item.type === 'string') return item as Item
    if (param === 'input' && typeof item.role === 'string') return { type: 'message', ...item }
    throw missing(`${param}[${index}].type`)
  })
}

function parseStrings(value: unknown, param: string): string[] {
  if (value == null) return []
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string'))
    throw wrongType(param, { expected: 'an array of strings', got: value })
  return value
}

function parseMetadata(value: unknown): Record<string, string> {
  if (value == null) return {}
  if (!isRecord(value)) throw wrongType('metadata', { expected: 'an object', got: value })
  const pairs = Object.entries(value)
  if (pairs.length > 16) {
    const message = `Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an object with ${pairs.length} properties instead.`
    throw badRequest(message, { param: 'metadata', code: 'object_above_max_properties' })
  }
  return Object.fromEntries(pairs.map(([key, text]) => [metadataKey(key), metadataValue(key, text)]))
}

function metadataKey(key: string): string {
  if (key.length <= 64) return key
  const message = `Invalid property name in 'metadata': '${key}' is too long. Expected a property name with maximum length 64, but got one with length ${key.length} instead.`
  throw badRequest(message, { param: 'metadata', code: 'property_name_above_max_length' })
}

function metadataValue(key: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(`metadata.${key}`, { expected: 'a string', got: value })
  if (value.length <= 512) return value
  const message = `Invalid 'metadata.${key}': string too long. Expected a string with maximum length 512, but got a string with length ${value.length} instead.`
  throw badRequest(message, { param: `metadata.${key}`, code: 'string_above_max_length' })
}

interface Primitives {
  string: string
  number: number
  boolean: boolean
}

function optional<T extends keyof Primitives>(body: Record<string, unknown>, param: string, type: T): Primitives[T] | undefined {
  const value = body[param]
  if (value == null) return undefined
  if (typeof value !== type) throw wrongType(param, { expected: `a ${type}`, got: value })
  return value as Primitives[T]
}

function missing(param: string): ApiError {
  return badRequest(`Missing required parameter: '${param}'.`, { param, code: 'missing_required_parameter' })
}

function wrongType(param: string, { expected, got }: { expected: string; got: unknown }): ApiError {
  const kind = got === null ? 'null' : Array.isArray(got) ? 'an array' : `a${/^[aeiou]/.test(typeof got) ? 'n' : ''} ${typeof got}`
  return badRequest(`Invalid type for '${param}': expected ${expected}, but got ${kind} instead.`, { param, code: 'invalid_type' })
}

function belowMinimum(param: string, { least, got }: { least: number; got: number }): ApiError {
  return badRequest(`Invalid '${param}': integer below minimum value. Expected a value >= ${least}, but got ${got} instead.`, {
    param,
    code: 'integer_below_min_value',
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
