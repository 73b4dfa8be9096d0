/** What a search asks for: one of its alternatives, each with all of some words and none of others. */
export interface SearchTerms {
  /** Words and phrases, without quotes. */
  wanted: string[]
  unwanted: string[]
}

const TERM = /(?<minus>-?)(?:"(?<phrase>[^"]*)(?:"|$)|(?<word>[^\s"]+))/g
const SAYS_SOMETHING = /[\p{L}\p{N}]/u

/** Reads what search boxes take: words, "a phrase", -without, and `or` between alternatives. Null: it names nothing to look for. */
export function parseSearch(text: string): SearchTerms[] | null {
  const alternatives: SearchTerms[] = [{ wanted: [], unwanted: [] }]
  for (const { groups = {} } of text.matchAll(TERM)) {
    const { minus, word, phrase } = groups
    const term = word ?? phrase ?? ''
    if (minus === '' && word?.toLowerCase() === 'or') alternatives.push({ wanted: [], unwanted: [] })
    else if (SAYS_SOMETHING.test(term)) alternatives.at(-1)?.[minus === '-' ? 'unwanted' : 'wanted'].push(term)
  }
  const usable = alternatives.filter(({ wanted, unwanted }) => wanted.length + unwanted.length > 0)
  return usable.length > 0 && usable.every(({ wanted }) => wanted.length > 0) ? usable : null
}
