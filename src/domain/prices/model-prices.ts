/** Dollars for a million tokens, from a day (UTC) on until the model's next row. */
export interface ModelPrice {
  model: string
  from: string
  input: number
  /** Not known: counted as input, and marked. */
  cached?: number
  /** Where writing to the cache costs more than input. */
  write?: number
  output: number
  /** Percent of the standard price at the priority ("fast") tier; not known: a response at that tier has no price. */
  fast?: number
  /** Prompts over `LONG_PROMPT` tokens cost more, all of them. */
  long?: true
  /** It does not reason, so its preview searches cost more. */
  plain?: true
  /** Nobody told this price yet: it goes on from the row before. */
  unsure?: true
  source: keyof typeof SOURCES
}

export const SOURCES = {
  list2025: 'OpenAI, pricing page, August to December 2025',
  list2026: 'OpenAI, pricing page, 2026-05-26',
  gpt56: 'OpenAI, GPT-5.6 model pages, July 2026',
  cut56: 'OpenAI, API changelog and model pages: prices cut on 2026-07-30 (Terra, Luna) and 2026-08-21 (Sol, a promotion)',
  after56: 'The promotion was promised through 2026-11-21; nothing is known of what follows',
  gpt6: 'OpenAI, GPT-6 and GPT-6.1 model pages, September and October 2026',
  gpt62: 'OpenAI, pricing page of 2026-11-17, as LiteLLM and two resellers quote it',
} as const

/** Tokens of input above which the whole request is long: twice the input prices, one and a half times the output price. */
export const LONG_PROMPT = 272_000
export const LONG_PERCENT = { input: 200, output: 150 } as const

/** Percent of the standard price, for every model. */
export const TIER_PERCENT: ReadonlyMap<string, number> = new Map([
  ['default', 100],
  ['flex', 50],
  ['batch', 50],
])
export const FAST_TIERS: readonly string[] = ['priority', 'fast']

/** A name is looked up as it is, then without its date; the rows of one name go forward in time. */
export const MODEL_PRICES: readonly ModelPrice[] = [
  { model: 'gpt-4o-2024-05-13', from: '2024-05-13', input: 5, output: 15, plain: true, source: 'list2025' },
  { model: 'gpt-4o', from: '2024-08-06', input: 2.5, cached: 1.25, output: 10, fast: 170, plain: true, source: 'list2025' },
  { model: 'gpt-4o-mini', from: '2024-07-18', input: 0.15, cached: 0.075, output: 0.6, plain: true, source: 'list2025' },
  { model: 'gpt-4.1', from: '2025-04-14', input: 2, cached: 0.5, output: 8, fast: 175, plain: true, source: 'list2025' },
  { model: 'gpt-4.1-mini', from: '2025-04-14', input: 0.4, cached: 0.1, output: 1.6, fast: 175, plain: true, source: 'list2025' },
  { model: 'gpt-4.1-nano', from: '2025-04-14', input: 0.1, cached: 0.025, output: 0.4, plain: true, source: 'list2025' },
  { model: 'o4-mini', from: '2025-04-16', input: 1.1, cached: 0.275, output: 4.4, source: 'list2025' },
  { model: 'o3', from: '2025-06-10', input: 2, cached: 0.5, output: 8, fast: 175, source: 'list2025' },
  { model: 'o3-pro', from: '2025-06-10', input: 20, output: 80, source: 'list2025' },
  { model: 'o3-deep-research', from: '2025-06-26', input: 10, cached: 2.5, output: 40, source: 'list2025' },
  { model: 'o4-mini-deep-research', from: '2025-06-26', input: 2, cached: 0.5, output: 8, source: 'list2025' },
  { model: 'gpt-5', from: '2025-08-07', input: 1.25, cached: 0.125, output: 10, fast: 200, source: 'list2025' },
  { model: 'gpt-5-mini', from: '2025-08-07', input: 0.25, cached: 0.025, output: 2, fast: 180, source: 'list2025' },
  { model: 'gpt-5-nano', from: '2025-08-07', input: 0.05, cached: 0.005, output: 0.4, source: 'list2025' },
  { model: 'gpt-5-pro', from: '2025-10-06', input: 15, output: 120, source: 'list2025' },
  { model: 'gpt-5.1', from: '2025-11-13', input: 1.25, cached: 0.125, output: 10, fast: 200, source: 'list2025' },
  { model: 'gpt-5.2', from: '2025-12-11', input: 1.75, cached: 0.175, output: 14, fast: 200, source: 'list2025' },
  { model: 'gpt-5.2-pro', from: '2025-12-11', input: 21, output: 168, source: 'list2025' },
  { model: 'gpt-5.3-codex', from: '2026-02-05', input: 1.75, cached: 0.175, output: 14, fast: 200, source: 'list2026' },
  { model: 'gpt-5.4', from: '2026-03-05', input: 2.5, cached: 0.25, output: 15, fast: 200, long: true, source: 'list2026' },
  { model: 'gpt-5.4-mini', from: '2026-03-05', input: 0.75, cached: 0.075, output: 4.5, fast: 200, source: 'list2026' },
  { model: 'gpt-5.4-nano', from: '2026-03-05', input: 0.2, cached: 0.02, output: 1.25, source: 'list2026' },
  { model: 'gpt-5.4-pro', from: '2026-03-05', input: 30, output: 180, long: true, source: 'list2026' },
  { model: 'gpt-5.5', from: '2026-04-23', input: 5, cached: 0.5, output: 30, fast: 250, long: true, source: 'list2026' },
  { model: 'gpt-5.5-pro', from: '2026-04-23', input: 30, output: 180, long: true, source: 'list2026' },
  { model: 'gpt-5.6-sol', from: '2026-06-26', input: 5, cached: 0.5, write: 6.25, output: 30, fast: 200, long: true, source: 'gpt56' },
  { model: 'gpt-5.6-sol', from: '2026-08-21', input: 4, cached: 0.4, write: 5, output: 20, fast: 200, long: true, source: 'cut56' },
  {
    model: 'gpt-5.6-sol',
    from: '2026-11-22',
    input: 4,
    cached: 0.4,
    write: 5,
    output: 20,
    fast: 200,
    long: true,
    unsure: true,
    source: 'after56',
  },
  {
    model: 'gpt-5.6-terra',
    from: '2026-06-26',
    input: 2.5,
    cached: 0.25,
    write: 3.125,
    output: 15,
    fast: 200,
    long: true,
    source: 'gpt56',
  },
  { model: 'gpt-5.6-terra', from: '2026-07-30', input: 2, cached: 0.2, write: 2.5, output: 12, fast: 200, long: true, source: 'cut56' },
  { model: 'gpt-5.6-luna', from: '2026-06-26', input: 1, cached: 0.1, write: 1.25, output: 6, fast: 200, long: true, source: 'gpt56' },
  { model: 'gpt-5.6-luna', from: '2026-07-30', input: 0.2, cached: 0.02, write: 0.25, output: 1.2, fast: 200, long: true, source: 'cut56' },
  { model: 'gpt-6-astra', from: '2026-09-03', input: 10, cached: 1, write: 12.5, output: 50, fast: 200, long: true, source: 'gpt6' },
  { model: 'gpt-6-sol', from: '2026-09-22', input: 2, cached: 0.2, write: 2.5, output: 10, fast: 200, long: true, source: 'gpt6' },
  { model: 'gpt-6-luna', from: '2026-09-22', input: 0.1, cached: 0.01, write: 0.125, output: 0.5, long: true, source: 'gpt6' },
  { model: 'gpt-6.1-sol', from: '2026-09-29', input: 2, cached: 0.1, write: 2.5, output: 10, fast: 200, long: true, source: 'gpt6' },
  { model: 'gpt-6.1-terra', from: '2026-09-29', input: 1, write: 1.25, output: 5, long: true, source: 'gpt6' },
  { model: 'gpt-6.2-astra', from: '2026-11-17', input: 8, cached: 0.4, write: 10, output: 40, long: true, source: 'gpt62' },
  { model: 'gpt-6.2-sol', from: '2026-11-17', input: 2, cached: 0.1, write: 2.5, output: 10, long: true, source: 'gpt62' },
]
