import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { migrate, openDatabase } from '../../../src/db/index.ts'
import type { Database } from '../../../src/db/index.ts'
import { createTestDataDir } from '../../support/database-embedded.ts'
import { createTestDatabase } from '../../support/database.ts'
import type { TestDatabase } from '../../support/database.ts'
import { eventually } from '../../support/eventually.ts'
import { migrationsWith, NEXT } from '../../support/migrations-with.ts'
import { describeWith } from '../../support/servers.ts'

const INDEXES = `select c.relname as name, i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid
  where c.relname in ('jobs_next', 'events_next') order by 1`
const BOTH = [
  { name: 'events_next', valid: true },
  { name: 'jobs_next', valid: true },
]

describeWith('migrating beside a running service', { needs: ['postgres'] }, () => {
  let place: TestDatabase
  let database: Database
  let other: pg.Client

  beforeEach(async () => {
    place = await createTestDatabase()
    database = await openDatabase(place)
    other = new pg.Client(place.url)
    await other.connect()
  })
  afterEach(async () => {
    await other.end()
    await database[Symbol.asyncDispose]()
    await place[Symbol.asyncDispose]()
  })

  const indexes = async () => (await database.pool.query(INDEXES)).rows
  const hashOf = async (name: string): Promise<string | undefined> =>
    (await database.pool.query<{ hash: string }>('select hash from longhaul.migrations where name = $1', [name])).rows[0]?.hash

  test('indexes are built while others write, by as many processes as start at once', async () => {
    await using next = await migrationsWith(NEXT)
    await other.query('begin; lock table longhaul.events in row exclusive mode') // as a writer has it
    const before = await Promise.all([1, 2, 3].map(() => openDatabase(place)))
    const applied = Promise.all([database, ...before].map((one) => migrate(one, next)))
    await eventually(async () => ((await hashOf('9000_next'))?.startsWith('unfinished ') ? true : undefined))
    await database.pool.query('delete from longhaul.events')
    await other.query('commit')
    expect((await applied).flat().filter((name) => name === '9000_next')).toHaveLength(1)
    expect(await indexes()).toEqual(BOTH)
    expect(await hashOf('9000_next')).toMatch(/^[0-9a-f]{64}$/)
    expect(await migrate(database, next)).toEqual([])
    await Promise.all(before.map((one) => one[Symbol.asyncDispose]()))
  })

  test('a build that died is begun anew: what it left goes first, what it finished stays', async () => {
    await other.query(`insert into longhaul.tenants values ('ten_1', 'twice', 's', now()), ('ten_2', 'twice', 's', now())`)
    await using next = await migrationsWith(`
      CREATE INDEX CONCURRENTLY "tenants_late" ON "longhaul"."tenants" ("id");--> statement-breakpoint
      CREATE UNIQUE INDEX CONCURRENTLY "tenants_name" ON "longhaul"."tenants" ("name");`)
    const state = 'select i.indisvalid as valid, c.oid from pg_index i join pg_class c on c.oid = i.indexrelid where c.relname = $1'
    const indexNamed = async (name: string) => (await other.query<{ valid: boolean; oid: number }>(state, [name])).rows[0]
    await expect(migrate(database, next)).rejects.toMatchObject({ code: '23505' })
    const early = await indexNamed('tenants_late')
    expect([early?.valid, (await indexNamed('tenants_name'))?.valid]).toEqual([true, false])

    await other.query("delete from longhaul.tenants where id = 'ten_2'")
    expect(await migrate(database, next)).toEqual(['9000_next'])
    expect((await indexNamed('tenants_name'))?.valid).toBe(true)
    expect(await indexNamed('tenants_late')).toEqual(early)
    expect(await hashOf('9000_next')).toMatch(/^[0-9a-f]{64}$/)
  })

  test('a table that another session holds is waited for in short tries, between which everybody gets through', async () => {
    await using next = await migrationsWith(NEXT)
    await other.query('begin; select from longhaul.jobs')
    const migrated = migrate(database, { ...next, lockMs: 50 })
    const waits = `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and query ilike '%next_note%'`
    await eventually(async () => ((await database.pool.query<{ n: number }>(waits)).rows[0]?.n === 1 ? true : undefined))
    await database.pool.query('select from longhaul.jobs') // behind a migration that waits, and so for 50 ms at most
    await other.query('commit')
    expect(await migrated).toEqual(['9000_next'])
  })

  test('where it never gets its turn, nothing is changed and the message says whom to look for', async () => {
    await using next = await migrationsWith(NEXT)
    await other.query('begin; select from longhaul.jobs')
    await expect(migrate(database, { ...next, lockMs: 20, lockTries: 2 })).rejects.toThrow(
      /9000_next.*pg_stat_activity.*nothing was changed/,
    )
    await other.query('commit')
    expect(await hashOf('9000_next')).toBeUndefined()
    expect(await migrate(database, next)).toEqual(['9000_next'])
  })
})

describe('migrating the embedded database', () => {
  test('indexes are built at once, in the one transaction', { timeout: 120_000 }, async () => {
    await using place = await createTestDataDir()
    await using database = await openDatabase(place)
    await using next = await migrationsWith(NEXT)
    expect(await migrate(database, next)).toEqual(['9000_next'])
    expect((await database.pool.query(INDEXES)).rows).toEqual(BOTH)
    expect(await migrate(database, next)).toEqual([])
  })
})
