import { expect, test } from 'vitest'
import { createStore, openDatabase } from '../../../src/db/index.ts'
import { outputMatch } from '../../../src/domain/structured-answer.ts'
import { createTestDataDir } from '../../support/database-embedded.ts'
import { insertTurn, resultRow } from '../../support/database-rows.ts'

test('a number in the path of a structured answer is looked up by the index, as any name is', async () => {
  await using place = await createTestDataDir()
  await using database = await openDatabase(place)
  const store = createStore(database)
  await insertTurn(store)
  await store.results.insert(resultRow({ outputJson: { items: [0, 7] } }))
  for (const [table, change] of [
    ['jobs', `jsonb_build_object('id', 'job_n' || n)`],
    ['turns', `jsonb_build_object('id', 'turn_n' || n, 'job_id', 'job_n' || n)`],
    [
      'results',
      `jsonb_build_object('turn_id', 'turn_n' || n, 'job_id', 'job_n' || n, 'output_json', jsonb_build_object('items', jsonb_build_array(n), 'more', repeat('x', 500)))`,
    ],
  ]) {
    await database.pool.query(
      `insert into longhaul.${table} select (jsonb_populate_record(null::longhaul.${table}, to_jsonb(t) || ${change})).* from longhaul.${table} t, generate_series(10, 2000) n;
       analyze longhaul.${table}`,
    )
  }
  const scans = async (): Promise<number> => {
    await database.pool.query('select pg_stat_force_next_flush()')
    const { rows } = await database.pool.query<{ scans: string }>(
      `select idx_scan as scans from pg_stat_user_indexes where indexrelname = 'results_output'`,
    )
    return Number(rows[0]?.scans)
  }
  const find = (path: string) =>
    store.jobs.list({ tenantId: 'ten_1', output: [outputMatch(path, '7')] }, { limit: 5, before: null }).then((jobs) => jobs.length)
  const before = await scans()
  expect([await find('items.1'), await find('items.0'), await find('items.7')]).toEqual([1, 0, 0])
  expect((await scans()) - before).toBeGreaterThanOrEqual(3)
})
