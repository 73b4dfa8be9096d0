import { badRequest } from './api-error.ts'

export interface ListQuery {
  after?: string | undefined
  limit: number
  order: 'asc' | 'desc'
}

export interface ListPage<T> {
  object: 'list'
  data: T[]
  first_id: string | null
  last_id: string | null
  has_more: boolean
}

export function readListQuery(query: Readonly<Record<string, unknown>>, { order }: { order: 'asc' | 'desc' }): ListQuery {
  const limit = query.limit === undefined ? 20 : Number(query.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw badRequest(`Invalid 'limit': expected an integer between 1 and 100, but got '${String(query.limit)}' instead.`, {
      param: 'limit',
      code: 'invalid_value',
    })
  }
  const asked = query.order ?? order
  if (asked !== 'asc' && asked !== 'desc') {
    throw badRequest(
      `Invalid value: '${typeof asked === 'string' ? asked : JSON.stringify(asked)}'. Supported values are: 'asc' and 'desc'.`,
      {
        param: 'order',
        code: 'invalid_value',
      },
    )
  }
  return { limit, order: asked, after: typeof query.after === 'string' ? query.after : undefined }
}

/** One page of `items`, which are given oldest first. */
export function pageOf<T>(items: readonly T[], { query, idOf }: { query: ListQuery; idOf: (item: T) => string }): ListPage<T> {
  const ordered = query.order === 'asc' ? [...items] : items.toReversed()
  const start = query.after === undefined ? 0 : ordered.findIndex((item) => idOf(item) === query.after) + 1
  const data = ordered.slice(start, start + query.limit)
  const [first, last] = [data[0], data.at(-1)]
  return {
    object: 'list',
    data,
    first_id: first === undefined ? null : idOf(first),
    last_id: last === undefined ? null : idOf(last),
    has_more: start + query.limit < ordered.length,
  }
}
