import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate, openDatabase } from '../../src/db/index.ts'
import type { Database } from '../../src/db/index.ts'
import { migrationsWith, NEXT } from '../support/migrations-with.ts'
import { requests } from '../support/requests.ts'
import { describeWith } from '../support/servers.ts'
import { startSetup } from '../support/setups.ts'
import type { SetupHost } from '../support/setups.ts'
import { startTestApp } from '../support/start-app.ts'
import type { TestApp } from '../support/start-app.ts'

describeWith('a roll-out', { needs: ['postgres'] }, () => {
  let host: SetupHost
  let database: Database
  let old: TestApp

  beforeAll(async () => {
    host = await startSetup('postgres')
    database = await openDatabase({ url: host.env.DATABASE_URL ?? '' })
    old = await startTestApp(host)
  })
  afterAll(async () => {
    for (const part of [old, database, host]) await part?.[Symbol.asyncDispose]()
  })

  test('the version that runs goes on while and after the next one migrates, and the next can read what it writes', async () => {
    await using next = await migrationsWith(NEXT)
    const migrated = Promise.withResolvers<void>()
    let isMigrated = false
    const submitted: string[] = []
    const load = async (): Promise<void> => {
      for (let after = 0; after < 5; isMigrated && (after += 1)) {
        const { id } = await old.api.submit({ request: requests.text() }) // throws for any other answer than 202
        submitted.push(id)
        if (submitted.length === 5) migrated.resolve()
      }
    }
    const running = load()
    await migrated.promise
    expect(await migrate(database, next)).toEqual(['9000_next'])
    isMigrated = true
    await running

    for (const id of submitted) {
      expect((await old.api.settled(id)).status).toBe('completed')
      expect(old.sandbox.state.createsFor(id)).toBe(1)
    }
    const { rows } = await database.pool.query(
      'select distinct j.next_count, t.next_note from longhaul.jobs j join longhaul.turns t on t.job_id = j.id where j.id = any($1)',
      [submitted],
    )
    expect(rows).toEqual([{ next_count: 7, next_note: '' }])
  })

  test('once stopped, it does not start on the newer tables, and says why', async () => {
    await expect(startTestApp(host)).rejects.toThrow('The database is newer than this Longhaul (it has migration 9000_next)')
  })
})
