import { sql, type SQL } from 'drizzle-orm'

/** In characters. The time to mark matches grows much faster than their number: hundreds of them in one text are already slow. */
const WINDOW = 1_000
const BEFORE = 250
/** English changes the ends of words: so much of a long one stays. */
const STEM = 4
const ENDING = 3

/** The piece of a long text around its first match; a short one whole. Without `offset 0` each use of a name would work it out anew. */
export function windowOf(text: SQL, terms: string[]): SQL {
  const found = sql.join(
    patterns(terms).map((pattern) => sql`substring(whole from ${pattern}::text)`),
    sql`, `,
  )
  const start = sql`greatest(1, coalesce(strpos(whole, coalesce(${found})), 1) - ${sql.raw(String(BEFORE))})`
  return sql`(select case when start = 1 then piece else regexp_replace(piece, '^\\S{0,40}\\s', '') end
    from (select ${text} as whole offset 0) as source,
      lateral (select case when length(whole) > ${sql.raw(String(WINDOW))} then ${start} else 1 end as start offset 0) as place,
      lateral (select substr(whole, start, ${sql.raw(String(WINDOW))}) as piece offset 0) as cut)`
}

/**
 * What to look for, the closest first: the terms as they are, terms of words that begin alike, words alone, anything alike.
 * Each with what follows it, so that it is not mistaken for the same letters inside a word before.
 */
function patterns(terms: string[]): string[] {
  const phrases = terms.map(wordsOf)
  const words = phrases.flat()
  const tries = [
    `\\m${oneOf(phrases.map((phrase) => phrase.map(escaped).join('\\s+')))}\\M`,
    `\\m${oneOf(phrases.map((phrase) => phrase.map(stemOf).join('\\w*\\s+')))}`,
    `\\m${oneOf(words.map(escaped))}\\M`,
    oneOf(words.map(stemOf)),
  ]
  return tries.map((pattern) => `(?i)(${pattern}.{0,60})`)
}

function oneOf(options: string[]): string {
  return `(?:${options.join('|')})`
}

function wordsOf(term: string): string[] {
  return term.split(/\s+/).filter(Boolean)
}

function stemOf(word: string): string {
  return escaped(word.slice(0, Math.max(STEM, word.length - ENDING)))
}

function escaped(word: string): string {
  return word.replaceAll(/[^\p{L}\p{N}\p{M}]/gu, '\\$&')
}
