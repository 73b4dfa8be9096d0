import { customType, pgSchema, timestamp, type PgTimestampBuilderInitial } from 'drizzle-orm/pg-core'

import { cleanJson, cleanText } from '../clean-text.ts'

export const longhaul = pgSchema('longhaul')

/** `text` that takes any JavaScript string. */
export const text = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: cleanText,
})

/** `text` for one of our own closed sets of names. */
export function nameOf<Name extends string>(column: string) {
  return text(column).$type<Name>()
}

/** `jsonb` that takes any JSON; `null` is SQL's null. */
export const jsonb = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => 'jsonb',
  toDriver: cleanJson,
})

/** Millisecond precision, as a JavaScript Date has: what is read equals what was written. */
export function instant<Name extends string>(column: Name): PgTimestampBuilderInitial<Name> {
  return timestamp(column, { withTimezone: true, precision: 3, mode: 'date' })
}

/** Made by the database from other columns; never read as such. */
export const tsvector = customType<{ data: string; driverData: string }>({ dataType: () => 'tsvector' })
