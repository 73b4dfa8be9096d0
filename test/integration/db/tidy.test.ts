import { expect, test } from 'vitest'
import { openDatabase } from '../../../src/db/index.ts'
import { createTestDataDir } from '../../support/database-embedded.ts'

test('the embedded database gives back the room of rows that are gone', async () => {
  await using place = await createTestDataDir()
  await using database = await openDatabase(place)
  const size = async (): Promise<number> =>
    Number((await database.pool.query("select pg_relation_size('longhaul.tenants') as size")).rows[0]?.['size'])
  const churn = `insert into longhaul.tenants select 'ten_' || n, repeat('x', 500), '', now() from generate_series(1, 500) n`
  await database.pool.query(churn)
  const once = await size()
  for (let round = 0; round < 5; round += 1) {
    await database.pool.query('delete from longhaul.tenants')
    await database.tidy()
    await database.pool.query(churn)
  }
  expect(await size()).toBeLessThan(once * 2)
})
