import type { Json, JsonObject } from './model.ts'

/** Lenient looks into what OpenAI sent: every field of every item is optional. */
export function objectOf(value: Json | undefined): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
}

export function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}

export function objectsOf(value: Json | undefined): JsonObject[] {
  return listOf(value).filter((item): item is JsonObject => objectOf(item) !== null)
}

export function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}

export function countOf(value: Json | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}
