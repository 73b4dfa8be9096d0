import { sql, type SQL } from 'drizzle-orm'

/**
 * The second reading of a text, without a language: names fall apart at their dots and dashes,
 * and each Chinese, Japanese or Korean sign is a word, for those scripts set no spaces.
 */
export function plainWords(text: SQL): SQL {
  return sql`regexp_replace(translate(${text}, './_-@:=&?%~+#', '             '), '([\\u2e80-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff])', ' \\1 ', 'g')`
}

/** One column's part of a document: read as English, and word by word. */
export function wordsOf(column: string, weight: 'A' | 'B' | 'C' | 'D'): SQL {
  const text = sql.raw(column)
  return sql`setweight(to_tsvector('english', ${text}) || to_tsvector('simple', ${plainWords(text)}), ${sql.raw(`'${weight}'`)})`
}
