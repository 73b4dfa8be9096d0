import { setTimeout as delay } from 'node:timers/promises'

import { buildIndex } from './build-index.ts'
import type { Database } from './database.ts'
import { storeFault } from './faults.ts'
import { builtAtOnce, lateIndex, MIGRATIONS, readMigrations, type LateIndex, type Migration } from './migration-files.ts'
import { patiently } from './patiently.ts'
import type { Pool, PoolClient } from './pool.ts'
import { betweenBeginAndCommit, withClient } from './session.ts'

/** Any number that nobody else locks. */
const MIGRATION_LOCK = 7_203_113
const TURN_PAUSE_MS = 200
/** How long a table is waited for at once: whoever comes after waits behind us for as long. */
const LOCK_MS = 2_000
const LOCK_PAUSE_MS = 1_000
const LOCK_TRIES = 60
/** Of a migration whose indexes are still to be built. */
const UNFINISHED = 'unfinished '

type Applied = Pick<Migration, 'number' | 'name' | 'hash'>

export interface MigrateOptions {
  folder?: URL
  lockMs?: number
  lockTries?: number
}

export class MigrationError extends Error {
  override name = 'MigrationError'
}

/**
 * Brings the tables up to this code; the names of what was applied. Any number of processes may do so at once,
 * and processes of an older version may run meanwhile.
 */
export async function migrate({ kind, pool }: Pick<Database, 'kind' | 'pool'>, options: MigrateOptions = {}): Promise<string[]> {
  try {
    const known = await readMigrations(options.folder ?? MIGRATIONS)
    const pending = stillToApply(known, await readApplied(pool))
    return pending.length === 0 ? [] : await withClient(pool, (client) => applyAlone(client, { kind, known, ...options }))
  } catch (error) {
    throw storeFault(error)
  }
}

/** For those who only look: the tables stay as an older version that runs meanwhile knows them. */
export async function refuseUnmigrated({ pool }: Pick<Database, 'pool'>): Promise<void> {
  try {
    const applied = await readApplied(pool)
    const pending = stillToApply(await readMigrations(MIGRATIONS), applied)
    if (pending.length === 0) return
    const names = pending.map(({ name }) => name).join(', ')
    if (pending.every(({ number }) => applied.some((row) => row.number === number)))
      throw new MigrationError(`Indexes of ${names} are still being built: look again when the start that builds them is done.`)
    throw new MigrationError(
      `The database is older than this Longhaul (it lacks ${names}): run \`longhaul migrate\` or start the service first.`,
    )
  } catch (error) {
    throw storeFault(error)
  }
}

type Run = MigrateOptions & { kind: Database['kind']; known: Migration[] }

/** The lock is the session's: the next in line finds the work done, and it goes when the process does. */
async function applyAlone(client: PoolClient, run: Run): Promise<string[]> {
  await takeTurn(client)
  try {
    await client.query('set statement_timeout = 0')
    const applied = await readApplied(client)
    const pending = stillToApply(run.known, applied)
    for (const migration of pending)
      await apply(client, { migration, begun: applied.some(({ number }) => number === migration.number), run })
    return pending.map(({ name }) => name)
  } finally {
    await client.query(`select pg_advisory_unlock(${MIGRATION_LOCK}); reset statement_timeout; reset lock_timeout`)
  }
}

/** Asked for again and again: one who waited in the server would be waited for by an index that is built there. */
async function takeTurn(client: PoolClient): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ mine: boolean }>(`select pg_try_advisory_lock(${MIGRATION_LOCK}) as mine`)
    if (rows[0]?.mine === true) return
    await delay(TURN_PAUSE_MS)
  }
}

async function apply(client: PoolClient, { migration, begun, run }: { migration: Migration; begun: boolean; run: Run }): Promise<void> {
  const { number, hash, statements } = migration
  const late = run.kind === 'embedded' ? [] : statements.flatMap((statement) => lateIndex(statement) ?? [])
  if (!begun) await applyAtOnce(client, { migration, late, run })
  if (late.length === 0) return
  await client.query('set lock_timeout = 0') // it waits for old transactions, and nobody waits for it
  for (const index of late) await buildIndex(client, index)
  await client.query('update longhaul.migrations set hash = $2 where number = $1', [number, hash])
}

/** All that takes but a moment, in one transaction. Tables that others hold are waited for in short tries. */
async function applyAtOnce(
  client: PoolClient,
  { migration, late, run }: { migration: Migration; late: LateIndex[]; run: Run },
): Promise<void> {
  const { number, name, hash, statements } = migration
  const { lockMs = LOCK_MS, lockTries = LOCK_TRIES, kind } = run
  const sql = kind === 'embedded' ? statements.map(builtAtOnce) : statements.filter((statement) => lateIndex(statement) === null)
  for (let tries = 1; ; tries += 1) {
    try {
      return await betweenBeginAndCommit(client, async () => {
        await client.query(`set local lock_timeout = ${lockMs}`)
        await client.query(patiently(sql.join('\n')))
        const mark = late.length === 0 ? hash : UNFINISHED + hash
        await client.query('insert into longhaul.migrations (number, name, hash) values ($1, $2, $3)', [number, name, mark])
      })
    } catch (error) {
      if (codeOf(error) !== '55P03') throw error
      if (tries >= lockTries) throw new MigrationError(held(name), { cause: error })
      await delay(Math.min(LOCK_PAUSE_MS, lockMs))
    }
  }
}

function held(name: string): string {
  return (
    `Migration ${name} did not get its turn on a table that another session holds. ` +
    'Look for a long transaction in pg_stat_activity (a backup, an open psql), end it, and start again: nothing was changed.'
  )
}

function stillToApply(known: Migration[], applied: Applied[]): Migration[] {
  const hashes = new Map(applied.map(({ number, hash }) => [number, hash]))
  for (const { number, name, hash } of applied) {
    const ours = known.find((migration) => migration.number === number)
    if (ours === undefined) {
      throw new MigrationError(
        `The database is newer than this Longhaul (it has migration ${name}): start the newer version, or restore a backup.`,
      )
    }
    if (hash !== ours.hash && hash !== UNFINISHED + ours.hash) {
      throw new MigrationError(
        `Migration ${name} is not the one this database was made with: ` +
          'migrations never change once applied. Start the version that made it, or restore a backup.',
      )
    }
  }
  return known.filter(({ number, hash }) => hashes.get(number) !== hash)
}

async function readApplied(queryable: Pick<Pool, 'query'>): Promise<Applied[]> {
  try {
    const { rows } = await queryable.query<Applied>('select number, name, hash from longhaul.migrations order by number')
    return rows
  } catch (error) {
    if (codeOf(error) === '42P01' || codeOf(error) === '3F000') return []
    throw error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
