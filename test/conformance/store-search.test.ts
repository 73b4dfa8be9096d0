import { expect, test } from 'vitest'
import type { Job } from '../../src/domain/model.ts'
import { parseSearch } from '../../src/domain/search-terms.ts'
import { SEARCH_BYTES } from '../../src/domain/search-text.ts'
import type { JobFilter, SearchText, Store } from '../../src/domain/store.ts'
import { after, insertJob } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'

const TENANT = { tenantId: 'ten_1' }

async function insertText(store: Store, id: string, text: Partial<SearchText>, change: Partial<Job> = {}): Promise<void> {
  await insertJob(store, { id, ...change })
  await store.search.put(id, text)
}

function searchIn(store: Store) {
  return async (q: string, { filter = TENANT, limit = 100 }: { filter?: JobFilter; limit?: number } = {}) =>
    store.search.find({ terms: parseSearch(q) ?? [], filter }, { limit, after: null })
}

describeStores('search', (here) => {
  test('finds words in any part, in any form, and names by each of their pieces', async () => {
    const { store } = here()
    await insertText(store, 'job_kite', {
      labels: 'team growth-eu',
      prompt: 'Draw red kites flying over the fields',
      extra: 'sales_report.v2.csv',
    })
    await insertText(store, 'job_rows', { prompt: 'Sum the rows', output: 'The total is 42.', extra: 'kite.png' })
    const search = searchIn(store)
    const ids = async (q: string): Promise<string> => (await search(q)).map(({ job }) => job.id.slice(4)).join(' ')
    const found: Record<string, string> = {}
    const expected = {
      kites: 'kite rows',
      'KITE field': 'kite',
      'kite -red': 'rows',
      'kite -fields': 'rows',
      '"red kites"': 'kite',
      '"kites red"': '',
      'totals or fields': 'kite rows',
      'the kite': 'kite rows',
      'sales_report.v2.csv': 'kite',
      report: 'kite',
      'sales flew or sales flying': 'kite',
      'growth-eu': 'kite',
      growth: 'kite',
      'team:growth-eu': 'kite',
      'kite.png': 'rows',
      42: 'rows',
      nothing: '',
    }
    for (const q of Object.keys(expected)) found[q] = (await ids(q)).split(' ').toSorted().join(' ')
    expect(found).toEqual(expected)
  })

  test('finds words of other languages, those without spaces too', async () => {
    const { store } = here()
    await insertText(store, 'job_de', { prompt: 'Die Größe der Welle am Ufer' })
    await insertText(store, 'job_ja', { output: '昨日、東京タワーに行きました。' })
    await insertText(store, 'job_ru', { extra: 'отчёт о продажах' })
    const search = searchIn(store)
    for (const [q, id] of Object.entries({ größe: 'de', 'die welle': 'de', 東京: 'ja', 東京タワー: 'ja', отчёт: 'ru' })) {
      expect(
        (await search(q)).map(({ job }) => job.id),
        q,
      ).toEqual([`job_${id}`])
    }
    expect(await search('京東')).toEqual([])
  })

  test('a search for nothing but small words is taken at its word', async () => {
    const { store } = here()
    await insertText(store, 'job_1', { prompt: 'To be or not to be' })
    await insertText(store, 'job_2', { prompt: 'Hamlet' })
    expect(await searchIn(store)('"to be"')).toMatchObject([{ job: { id: 'job_1' } }])
    expect(await searchIn(store)('be')).toMatchObject([{ job: { id: 'job_1' } }])
  })

  test('ranks by how much matches and where, the newest first among equals, and each place leads on', async () => {
    const { store } = here()
    await insertText(store, 'job_a', { labels: 'kite', prompt: 'kite kite kite' })
    for (const id of ['job_b', 'job_d', 'job_c']) await insertText(store, id, { output: 'One kite among many other things in the sky' })
    const terms = parseSearch('kite') ?? []
    const seen: string[][] = []
    let place: { rank: number; id: string } | null = null
    do {
      const page = await store.search.find({ terms, filter: TENANT }, { limit: 2, after: place })
      const last = page.at(-1)
      seen.push(page.map(({ job }) => job.id))
      place = last === undefined ? null : { rank: last.rank, id: last.job.id }
    } while (place !== null && seen.length < 9)
    expect(seen).toEqual([['job_a', 'job_d'], ['job_c', 'job_b'], []])
  })

  test('shows the words around the matches, from the part that has most of them, with nothing added but the marks', async () => {
    const { store } = here()
    const filler = 'and so it went on for quite some time without end '.repeat(40)
    await insertText(store, 'job_1', {
      prompt: 'About tides',
      output: `${filler}The tidal <b onclick=x>range</b> of the estuary is large. ${filler}`,
    })
    await insertText(store, 'job_2', { labels: 'river estuary' })
    const [first, second] = await searchIn(store)('estuary')
    const snippets = [first, second].map((found) => found?.snippet)
    expect(snippets).toContainEqual(expect.stringContaining('of the **estuary** is large'))
    expect(snippets).toContainEqual('river **estuary**')
    expect(snippets.join().length).toBeLessThan(400)
    expect(snippets.join()).not.toContain('<b>')
  })

  test('shows the match in a long text wherever it stands, and soon, even where a text is nothing but matches', async () => {
    const { store } = here()
    const long = 'starting article after article '.repeat(2_500)
    await insertText(store, 'job_1', { output: `${long} the art of tides ${long.slice(0, 500)}` })
    await insertText(store, 'job_2', { output: `${long} 東京 2026` })
    for (let index = 0; index < 10; index += 1) await insertText(store, `job_k${index}`, { output: 'kite '.repeat(15_000) })
    const search = searchIn(store)
    for (const [q, marked] of [
      ['art', '**art** of'],
      ['"art of tide"', 'the **art** of **tides**'],
      ['東京', '**東京**'],
    ] as const)
      expect((await search(q))[0]?.snippet, q).toContain(marked)
    const started = performance.now()
    expect(await search('kite')).toHaveLength(10)
    expect(performance.now() - started).toBeLessThan(5_000) // all of each text took eleven
  })

  test('keeps to the filter and to what is there', async () => {
    const { store } = here()
    await insertText(store, 'job_a', { prompt: 'kite' }, { status: 'failed', labels: { team: 'x' }, createdAt: after(1) })
    await insertText(store, 'job_b', { prompt: 'kite' }, { model: 'm2', createdAt: after(2) })
    await insertText(store, 'job_c', { prompt: 'kite' }, { tenantId: 'ten_2' })
    await insertText(store, 'job_d', { prompt: 'kite' })
    await store.jobs.markDeleted('job_d', { at: after(3), upstream: false })
    const ids = async (filter: Partial<JobFilter>) =>
      (await searchIn(store)('kite', { filter: { ...TENANT, ...filter } })).map(({ job }) => job.id.slice(4)).join('')
    expect(await ids({})).toBe('ba')
    expect(await ids({ status: ['failed'] })).toBe('a')
    expect(await ids({ labels: { team: 'x' } })).toBe('a')
    expect(await ids({ model: 'm2' })).toBe('b')
    expect(await ids({ createdAfter: after(2) })).toBe('b')
    expect(await ids({ tenantId: 'ten_2' })).toBe('c')
  })

  test('what a job says in a later turn is found beside what it said before', async () => {
    const { store } = here()
    await insertText(store, 'job_1', { prompt: 'kite', output: 'first answer' })
    await store.search.put('job_1', { output: 'second reply', extra: 'x.png' })
    for (const q of ['kite answer reply', 'x.png first', '"answer second"']) expect(await searchIn(store)(q), q).toHaveLength(1)
    await store.search.put('job_1', { output: `${'z '.repeat(SEARCH_BYTES.output / 2 - 5)} third` })
    expect(await searchIn(store)('third')).toHaveLength(1)
    expect(await searchIn(store)('answer')).toEqual([])
  })

  test('nothing that anybody can write is too much for the index', async () => {
    const { store } = here()
    const abc = (n: number): string => (n + 17_576).toString(36)
    const kinds = [(n: number) => `${abc(n)} `, (n: number) => `${abc(n)}.bc/${abc(n * 7)} `, (n: number) => `${abc(n)}-${abc(n * 7)}-x `]
    const filled = (bytes: number, make: (n: number) => string): string => {
      let text = ''
      for (let n = 0; text.length < bytes; n += 1) text += make(n)
      return text.slice(0, bytes)
    }
    kinds.push(
      (n) => String.fromCodePoint(0x4e00 + (n % 20_000)),
      () => '"\\ <&\u0000\uD800 ',
    )
    for (const [index, make] of kinds.entries()) {
      const parts = Object.entries(SEARCH_BYTES).map(([part, bytes], shift) => [part, filled(bytes, (n) => make(n + shift * 30_000))])
      await insertText(store, `job_${index}`, Object.fromEntries(parts))
      await store.search.put(`job_${index}`, Object.fromEntries(parts))
    }
    expect(await searchIn(store)(abc(7))).not.toEqual([])
  }, 60_000)

  test('nothing that anybody can ask is a fault', async () => {
    const { store } = here()
    await insertText(store, 'job_1', { prompt: "it's a kite" })
    const search = searchIn(store)
    for (const q of [
      "it's",
      "'; drop table",
      'a & b | !c <-> (d',
      ':* kite:*A',
      '\\ kite \\',
      '$1 kite',
      '%',
      '🦖',
      '"',
      'x'.repeat(3_000),
    ]) {
      await search(q.length > 0 && parseSearch(q) !== null ? q : 'kite')
    }
    expect(await search('kite \\')).toHaveLength(1)
    expect(await search(Array.from({ length: 100 }, (_, n) => n % 10).join(' or '))).toEqual([])
  })
})
