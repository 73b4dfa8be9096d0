import type { QueryConfig } from 'pg'

/** For statements that may take as long as they like. */
export function patiently(text: string): QueryConfig & { query_timeout: number } {
  return { text, query_timeout: 24 * 3_600_000 }
}
