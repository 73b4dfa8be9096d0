import { ENDPOINT_EVENT_TYPES } from './callback-model.ts'
import type { CallbackType } from './callback-model.ts'
import { DEFAULT_CALLBACK_EVENTS, EVENT_TYPES } from './job-status.ts'

/** All that an endpoint may be told. */
export const CALLBACK_TYPES = [...EVENT_TYPES, ...ENDPOINT_EVENT_TYPES] as const satisfies readonly CallbackType[]

/** `job.*`, `artifact.*`, `endpoint.*` and `*`. */
export const EVENT_WILDCARDS = [...new Set(CALLBACK_TYPES.map(wildcardOf)), '*']

/** Every way in which a list of event types may ask for one of these. */
export function patternsFor(types: readonly CallbackType[]): string[] {
  return types.length === 0 ? [] : [...new Set([...types, ...types.map(wildcardOf), '*'])]
}

/** Null: the five that a callback gets by default. */
export function wantsType(eventTypes: readonly string[] | null, type: CallbackType): boolean {
  const wanted: readonly string[] = eventTypes ?? DEFAULT_CALLBACK_EVENTS
  return patternsFor([type]).some((pattern) => wanted.includes(pattern))
}

function wildcardOf(type: CallbackType): string {
  return type.replace(/\..*$/, '.*')
}
