import { and, desc, eq, sql, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'

import { SEARCH_BYTES } from '../../domain/search-text.ts'
import type { SearchTerms } from '../../domain/search-terms.ts'
import type { SearchRepository } from '../../domain/store.ts'
import { jobs, jobSearch } from '../schema/jobs.ts'
import { plainWords } from '../schema/search-words.ts'
import type { Session } from '../session.ts'
import { columns, matching } from './job-rows.ts'
import { windowOf } from './search-window.ts'

/** Ranking reads every match: of more than these, the newest count. */
const RANKED = 5_000
/** Of D, C, B and A: file names and revised prompts, output, prompt, labels. */
const WEIGHTS = sql.raw(`'{0.3, 0.4, 0.6, 1.0}'`)
/** 1 makes less of long texts, 32 brings it between 0 and 1. */
const NORMALIZED = sql.raw('1 | 32')
const HEADLINE = sql.raw(`'StartSel=**, StopSel=**, MaxFragments=2, FragmentDelimiter=" … ", MaxWords=24, MinWords=10, ShortWord=0'`)

export function createSearchRepository({ db }: Session): SearchRepository {
  return {
    async put(jobId, text) {
      const set = { labels: added('labels'), prompt: added('prompt'), output: added('output'), extra: added('extra') }
      await db
        .insert(jobSearch)
        .values({ jobId, ...text })
        .onConflictDoUpdate({ target: jobSearch.jobId, set })
    },

    async find({ terms, filter }, { limit, after }) {
      const wanted = sql`(${sql.join(terms.map(alternative), sql` || `)})`
      const newest = db
        .select({ id: jobs.id, document: jobSearch.document })
        .from(jobSearch)
        .innerJoin(jobs, eq(jobs.id, jobSearch.jobId))
        .where(and(sql`${jobSearch.document} @@ (${wanted})`, ...matching(filter)))
        .orderBy(desc(jobs.id))
        .limit(RANKED)
        .as('newest')
      const rank = sql<number>`(1000000 * ts_rank_cd(${WEIGHTS}, ${newest.document}, ${wanted}, ${NORMALIZED}))::int`
      const ranked = db
        .select({ id: newest.id, rank: rank.as('rank') })
        .from(newest)
        .as('ranked')
      const page = db
        .select({ id: ranked.id, rank: ranked.rank })
        .from(ranked)
        .where(after === null ? undefined : sql`(${ranked.rank}, ${ranked.id}) < (${after.rank}::int, ${after.id}::text)`)
        .orderBy(desc(ranked.rank), desc(ranked.id))
        .limit(limit)
        .as('page')
      return db
        .select({ job: columns, rank: page.rank, snippet: snippetOf(terms.flatMap((one) => one.wanted)) })
        .from(page)
        .innerJoin(jobs, eq(jobs.id, page.id))
        .innerJoin(jobSearch, eq(jobSearch.jobId, page.id))
        .orderBy(desc(page.rank), desc(page.id))
    },
  }
}

/** What is there and what comes, while both fit. */
function added(part: keyof typeof SEARCH_BYTES): SQL {
  const there = jobSearch[part]
  const coming = sql.raw(`excluded.${part}`)
  return sql`case when ${there} = '' or ${coming} = '' then ${there} || ${coming}
    when octet_length(${there}) + octet_length(${coming}) < ${sql.raw(String(SEARCH_BYTES[part]))} then ${there} || E'\\n' || ${coming}
    else ${coming} end`
}

function alternative({ wanted, unwanted }: SearchTerms): SQL {
  return sql.join([together(wanted, ' && '), ...unwanted.map((word) => sql`!!(${asEnglish(word)} || ${asPlain([word])})`)], sql` && `)
}

/** Words that say nothing in English count only where there are no others. */
function together(words: string[], operator: ' && ' | ' || '): SQL {
  return sql`coalesce(nullif(${sql.join(words.map(eitherReading), sql.raw(operator))}, ''), ${asPlain(words)})`
}

function eitherReading(word: string): SQL {
  const english = asEnglish(word)
  if (/\s/.test(word)) return sql`(${english} || ${asPlain([word])})`
  return sql`coalesce(nullif(${english}, '') || ${asPlain([word])}, '')`
}

function asEnglish(word: string): SQL {
  return sql`websearch_to_tsquery('english', ${quoted([word])})`
}

function asPlain(words: string[]): SQL {
  return sql`websearch_to_tsquery('simple', ${plainWords(quoted(words))})`
}

/** So that nothing in them is an operator. */
function quoted(words: string[]): SQL {
  return sql`${words.map((word) => `"${word}"`).join(' ')}::text`
}

/** From the part that has most of it. */
function snippetOf(terms: string[]): SQL<string> {
  const words = together(terms, ' || ')
  const parts: [PgColumn, string][] = [
    [jobSearch.output, '{0, 1, 0, 0}'],
    [jobSearch.prompt, '{0, 0, 1, 0}'],
    [jobSearch.extra, '{1, 0, 0, 0}'],
    [jobSearch.labels, '{0, 0, 0, 1}'],
  ]
  const rows = parts.map(([part, weights], place) => sql`(${part}, ${sql.raw(`'${weights}'::real[], ${place}`)})`)
  const best = sql`select part from (values ${sql.join(rows, sql`, `)}) as parts (part, weights, place)
    order by ts_rank(weights, ${jobSearch.document}, ${words}) desc, place limit 1`
  return sql<string>`ts_headline('english', ${windowOf(sql`(${best})`, terms)}, ${words}, ${HEADLINE})`
}
