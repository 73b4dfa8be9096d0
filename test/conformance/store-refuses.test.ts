import pg from 'pg'
import { expect, test } from 'vitest'
import { createStore, openDatabase } from '../../src/db/index.ts'
import { StoreUnavailableError } from '../../src/domain/errors.ts'
import { createTestDatabase } from '../support/database.ts'
import { insertJob } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'
import { describeWith } from '../support/servers.ts'

/** What PostgreSQL says when its disk is full, said by the server itself. */
const FULL = `
  create function longhaul.no_room() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
  create trigger no_room before insert on longhaul.jobs for each row execute function longhaul.no_room()`

describeStores('a database whose disk is full', (here) => {
  test('is a store that is not available, and one again once there is room', async () => {
    const { store, database } = here()
    await database.pool.query(FULL)
    try {
      await expect(insertJob(store)).rejects.toBeInstanceOf(StoreUnavailableError)
      await expect(store.transaction((tx) => insertJob(tx))).rejects.toBeInstanceOf(StoreUnavailableError)
    } finally {
      await database.pool.query('drop function longhaul.no_room cascade')
    }
    await insertJob(store)
  })
})

describeWith('a database that is read-only', { needs: ['postgres'] }, () => {
  test('is a store that is not available: its check says why, and reads go on', async () => {
    await using place = await createTestDatabase()
    const admin = new pg.Client(place.url)
    await admin.connect()
    const { rows } = await admin.query<{ name: string }>('select quote_ident(current_database()) as name')
    await admin.query(`alter database ${rows[0]?.name} set default_transaction_read_only = on`)
    await admin.end()
    await using database = await openDatabase(place)
    const store = createStore(database)
    await expect(store.check()).rejects.toThrow('The database is read-only')
    await expect(insertJob(store)).rejects.toBeInstanceOf(StoreUnavailableError)
    expect(await store.jobs.get('job_1')).toBeNull()
  })
})
