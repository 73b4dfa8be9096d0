import type { Json, JsonObject } from './model.ts'
import { objectOf, objectsOf, textOf } from './read-json.ts'

/** More is no answer to query but a document; its text and the response have it all. */
const MAX_CHARS = 1_000_000
/** As deep as request bodies may be: every store and every reader takes that. */
const MAX_DEPTH = 200

/**
 * The answer as data, only where the response itself says that JSON was asked for: prose may look like it.
 * Null too where it was refused or cut off.
 */
export function structuredAnswer(response: JsonObject, outputText: string): Json {
  const format = objectOf(objectOf(response.text)?.format)
  if (format?.type !== 'json_schema' && format?.type !== 'json_object') return null
  const text = lastWords(response) ?? outputText
  if (text.length > MAX_CHARS) return null
  try {
    const answer = JSON.parse(text) as Json
    return isWithin(answer, MAX_DEPTH) ? answer : null
  } catch {
    return null // cut off by a token limit
  }
}

/** Where several messages came, those before the last one are commentary. */
function lastWords(response: JsonObject): string | null {
  const messages = objectsOf(response.output).filter(({ type }) => type === 'message')
  const texts = messages.map(({ content }) =>
    objectsOf(content)
      .map(({ text }) => textOf(text) ?? '')
      .join(''),
  )
  return texts.findLast((text) => text.trim() !== '') ?? null
}

function isWithin(value: Json, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth > 0 && Object.values(value).every((inner) => isWithin(inner, depth - 1))
}

export type Scalar = string | number | boolean | null

/** A condition on a structured answer: the scalar at a path. */
export interface OutputMatch {
  path: string[]
  value: Scalar
}

/** Each may be a name too, and so doubles what is looked for. */
export const MAX_PLACES = 3

/** Whether it can count in a list. */
export function isPlace(segment: string): boolean {
  return /^\d+$/.test(segment)
}

/** `score`, `5`: the number. `name`, `Ann` and `name`, `"Ann"`: the text. `zip`, `"02139"`: what would be a number as text. */
export function outputMatch(path: string, value: string): OutputMatch {
  return { path: path.split('.'), value: scalarOf(value) }
}

function scalarOf(text: string): Scalar {
  try {
    const value = JSON.parse(text) as Json
    const isScalar = typeof value !== 'object' || value === null
    return isScalar && !(typeof value === 'number' && !Number.isFinite(value)) ? value : text
  } catch {
    return text
  }
}
