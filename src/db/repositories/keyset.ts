import { desc, sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'

import type { Page } from '../../domain/page.ts'

interface Keyset {
  at: PgColumn
  id: PgColumn
}

/** Newest first; the id decides between those of one millisecond. */
export function newestFirst({ at, id }: Keyset): SQL[] {
  return [desc(at), desc(id)]
}

/** As one row comparison, so that the index leads straight to the place. */
export function beyond({ at, id }: Keyset, before: Page['before']): SQL | undefined {
  if (before === null) return undefined
  return sql`(${at}, ${id}) < (${sql.param(before.createdAt, at)}, ${sql.param(before.id, id)})`
}

/** Beyond a place in a list that runs from the oldest to the newest. */
export function past({ at, id }: Keyset, place: { at: Date; id: string } | null): SQL | undefined {
  if (place === null) return undefined
  return sql`(${at}, ${id}) > (${sql.param(place.at, at)}, ${sql.param(place.id, id)})`
}
