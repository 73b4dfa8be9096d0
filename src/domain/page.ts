/** A place in a list that runs from newest to oldest by (createdAt, id). */
export interface Page {
  limit: number
  before: { createdAt: Date; id: string } | null
}

/** A cursor is opaque to callers: the place of the last row that they saw. */
export function encodeCursor({ createdAt, id }: { createdAt: Date; id: string }): string {
  return Buffer.from(`${createdAt.getTime()}.${id}`).toString('base64url')
}

export function decodeCursor(cursor: string): Page['before'] {
  const match = /^(\d{1,15})\.([a-z]+_[0-9a-z]{1,40})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))
  if (match === null) return null
  return { createdAt: new Date(Number(match[1])), id: match[2] ?? '' }
}

/** One row more than asked tells whether there is a next page. */
export async function readPage<T extends { createdAt: Date; id: string }>(
  { limit, before }: Page,
  read: (page: Page) => Promise<T[]>,
): Promise<{ rows: T[]; nextCursor: string | null }> {
  const found = await read({ limit: limit + 1, before })
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  return { rows, nextCursor: found.length > limit && last !== undefined ? encodeCursor(last) : null }
}
