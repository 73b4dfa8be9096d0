import type { Json, JsonObject } from '../model.ts'
import { cut } from '../cut-text.ts'
import { listOf, objectsOf, textOf } from '../read-json.ts'

/** An item told to people: a line, and what is worth showing of it. */
export interface ToldItem {
  summary: string
  detail?: JsonObject
}

/** Every field of every item is optional, and of any type. */
export type DescribeItem = (item: JsonObject) => ToldItem

const LONG = 4_000
const MANY = 100

/** The fields that say something, long texts cut. */
export function worth(fields: Record<string, Json | undefined>): JsonObject {
  const telling = Object.entries(fields).flatMap(([name, value]): [string, Json][] => {
    if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) return []
    return [[name, shortened(value)]]
  })
  return Object.fromEntries(telling)
}

function shortened(value: Json): Json {
  if (typeof value === 'string') return cut(value, LONG)
  if (Array.isArray(value)) return value.slice(0, MANY).map(shortened)
  return value
}

export function textsOf(value: Json | undefined): string[] {
  return listOf(value).filter((one): one is string => typeof one === 'string')
}

/** The words of a text, or of a list of parts that have some. */
export function wordsOf(value: Json | undefined): string | null {
  if (typeof value === 'string') return value
  const words = objectsOf(value).flatMap((part) => textOf(part.text) ?? textOf(part.refusal) ?? [])
  return words.length === 0 ? null : words.join('\n')
}

export function quoted(text: string, max = 100): string {
  return `“${inLine(text, max)}”`
}

/** White space and control characters become one space. */
export function inLine(text: string, max = 100): string {
  return cut(
    text
      .slice(0, 4 * max)
      .replaceAll(/[\s\p{Cc}]+/gu, ' ')
      .trim(),
    max,
  )
}

export function count(amount: number, thing: string): string {
  return `${amount} ${thing}${amount === 1 ? '' : 's'}`
}
