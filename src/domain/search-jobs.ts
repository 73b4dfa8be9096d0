import type { Context } from './context.ts'
import type { Job } from './model.ts'
import type { SearchTerms } from './search-terms.ts'
import type { JobFilter, RankedPage } from './store.ts'

/** A text without spaces is one word to the database. */
const SNIPPET_CHARS = 600

export interface FoundJob {
  job: Job
  /** The words around what matched, each match between `**`. */
  snippet: string
}

interface Search {
  terms: SearchTerms[]
  filter: JobFilter
  page: RankedPage
}

/** The jobs that match, best first. */
export async function searchJobs(
  app: Context,
  { terms, filter, page: { limit, after } }: Search,
): Promise<{ rows: FoundJob[]; nextCursor: string | null }> {
  const found = await app.store.search.find({ terms, filter }, { limit: limit + 1, after })
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  return {
    rows: rows.map(({ job, snippet }) => ({ job, snippet: snippet.replaceAll(/\s+/g, ' ').trim().slice(0, SNIPPET_CHARS).toWellFormed() })),
    nextCursor: found.length > limit && last !== undefined ? encodeRankCursor({ rank: last.rank, id: last.job.id }) : null,
  }
}

/** A place among ranked rows; it cannot be taken for one among rows by time, nor the other way round. */
export function encodeRankCursor({ rank, id }: { rank: number; id: string }): string {
  return Buffer.from(`r${rank}.${id}`).toString('base64url')
}

export function decodeRankCursor(cursor: string): RankedPage['after'] {
  const match = /^r(\d{1,9})\.(job_[0-9a-z]{1,40})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))
  return match === null ? null : { rank: Number(match[1]), id: match[2] ?? '' }
}
