import { randomInt } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createStore, migrate, openDatabase } from '../../../src/db/index.ts'
import type { Database } from '../../../src/db/index.ts'
import { createEmptyDatabase } from '../../support/database.ts'
import type { TestDatabase } from '../../support/database.ts'
import { describeWith } from '../../support/servers.ts'

describeWith('migrations', { needs: ['postgres'] }, () => {
  let place: TestDatabase
  let database: Database

  beforeEach(async () => {
    place = await createEmptyDatabase()
    database = await openDatabase(place)
  })
  afterEach(async () => {
    await database[Symbol.asyncDispose]()
    await place[Symbol.asyncDispose]()
  })

  test('an empty database gets every table, and each migration is recorded', async () => {
    const applied = await migrate(database)
    expect(applied[0]).toMatch(/^0000_/)
    const { rows } = await database.pool.query(
      'select number, name, length(hash) as hash, applied_at from longhaul.migrations order by number',
    )
    expect(rows[0]).toEqual({ number: 0, name: applied[0], hash: 64, applied_at: expect.any(Date) })
    expect(rows).toHaveLength(applied.length)
    await createStore(database).jobs.get('job_1')
  })

  test('a database that is up to date is asked one thing', async () => {
    await migrate(database)
    const asked: string[] = []
    const pool = { ...database.pool, query: (text: string) => (asked.push(text), database.pool.query(text)) } as never
    expect(await migrate({ kind: 'postgres', pool })).toEqual([])
    expect(asked).toEqual([expect.stringContaining('from longhaul.migrations')])
  })

  test('processes that start at once apply each migration once', async () => {
    const others = await Promise.all([1, 2, 3, 4].map(() => openDatabase(place)))
    const applied = await Promise.all([database, ...others].map((one) => migrate(one)))
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1)
    await Promise.all(others.map((one) => one[Symbol.asyncDispose]()))
  })

  test('a migration that fails leaves nothing of itself, and nobody locked out', async () => {
    await database.pool.query('create schema longhaul')
    await expect(migrate(database)).rejects.toMatchObject({ code: '42P06' })
    const { rows } = await database.pool.query("select from pg_tables where schemaname = 'longhaul'")
    expect(rows).toEqual([])
    await database.pool.query('drop schema longhaul')
    expect(await migrate(database)).not.toEqual([])
  })

  test('a newer database is refused', async () => {
    await migrate(database)
    const number = randomInt(1_000, 9_999)
    await database.pool.query('insert into longhaul.migrations (number, name, hash) values ($1, $2, $3)', [number, `${number}_later`, 'x'])
    await expect(migrate(database)).rejects.toThrow(
      `The database is newer than this Longhaul (it has migration ${number}_later): start the newer version, or restore a backup.`,
    )
  })

  test('a database made with another text of a migration is refused', async () => {
    const [name] = await migrate(database)
    await database.pool.query("update longhaul.migrations set hash = 'other' where number = 0")
    await expect(migrate(database)).rejects.toThrow(`Migration ${name} is not the one this database was made with`)
  })

  test('lists are served by their indexes', async () => {
    await migrate(database)
    await database.pool.query(
      `insert into longhaul.jobs (id, tenant_id, account, status, model, labels, metadata, priority, on_unconfirmed, created_at)
       select 'job_' || n, 'ten_' || n % 5, 'default', case n % 50 when 0 then 'failed' else 'completed' end, 'm', jsonb_build_object('n', n::text), '{}', 0, 'wait', now() - n * interval '1 s'
       from generate_series(1, 5000) n`,
    )
    await database.pool.query('analyze longhaul.jobs')
    const plan = async (where: string, order: string): Promise<string> => {
      const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(
        `explain select * from longhaul.jobs where ${where} and deleted_at is null order by ${order} limit 50`,
      )
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    }
    const newest = 'created_at desc, id desc'
    const mine = await plan(`tenant_id = 'ten_1' and (created_at, id) < (now(), 'job_9')`, newest)
    expect(mine).toContain('jobs_list')
    expect(mine).not.toContain('Sort')
    expect(await plan(`tenant_id = 'ten_1' and status in ('failed')`, newest)).toContain('jobs_list_by_status')
    expect(await plan(`labels @> '{"n":"7"}'`, newest)).toContain('jobs_labels')
    expect(await plan(`status in ('queued', 'in_progress', 'requires_action') and deadline_at <= now()`, 'deadline_at')).toContain(
      'jobs_deadline',
    )
  })
})
