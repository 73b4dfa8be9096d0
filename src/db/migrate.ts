import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { QueryConfig } from 'pg'

import type { Database } from './database.ts'
import { storeFault } from './faults.ts'
import type { Pool, PoolClient } from './pool.ts'
import { betweenBeginAndCommit, withClient } from './session.ts'

const FOLDER = new URL('../../migrations/', import.meta.url)
/** Any number that nobody else locks. */
const MIGRATION_LOCK = 7_203_113

interface Migration {
  number: number
  name: string
  hash: string
  sql: string
}

type Applied = Pick<Migration, 'number' | 'name' | 'hash'>

export class MigrationError extends Error {
  override name = 'MigrationError'
}

/** Brings the tables up to this code; the names of what was applied. Any number of processes may do so at once. */
export async function migrate({ pool }: Pick<Database, 'pool'>): Promise<string[]> {
  try {
    const known = await readMigrations()
    const pending = stillToApply(known, await readApplied(pool))
    return pending.length === 0 ? [] : await withClient(pool, (client) => applyAlone(client, known))
  } catch (error) {
    throw storeFault(error)
  }
}

/** The lock is the session's: the next in line finds the work done, and it goes when the process does. */
async function applyAlone(client: PoolClient, known: Migration[]): Promise<string[]> {
  await client.query('set statement_timeout = 0')
  try {
    await client.query(patiently(`select pg_advisory_lock(${MIGRATION_LOCK})`))
    const pending = stillToApply(known, await readApplied(client))
    for (const migration of pending) await apply(client, migration)
    return pending.map(({ name }) => name)
  } finally {
    await client.query(`select pg_advisory_unlock(${MIGRATION_LOCK}); reset statement_timeout`)
  }
}

async function apply(client: PoolClient, { number, name, hash, sql }: Migration): Promise<void> {
  await betweenBeginAndCommit(client, async () => {
    await client.query(patiently(sql))
    await client.query('insert into longhaul.migrations (number, name, hash) values ($1, $2, $3)', [number, name, hash])
  })
}

function patiently(text: string): QueryConfig & { query_timeout: number } {
  return { text, query_timeout: 24 * 3_600_000 }
}

function stillToApply(known: Migration[], applied: Applied[]): Migration[] {
  for (const { number, name, hash } of applied) {
    const ours = known.find((migration) => migration.number === number)
    if (ours === undefined) {
      throw new MigrationError(
        `The database is newer than this Longhaul (it has migration ${name}): start the newer version, or restore a backup.`,
      )
    }
    if (ours.hash !== hash) {
      throw new MigrationError(
        `Migration ${name} is not the one this database was made with: ` +
          'migrations never change once applied. Start the version that made it, or restore a backup.',
      )
    }
  }
  return known.slice(applied.length)
}

async function readApplied(queryable: Pick<Pool, 'query'>): Promise<Applied[]> {
  try {
    const { rows } = await queryable.query<Applied>('select number, name, hash from longhaul.migrations order by number')
    return rows
  } catch (error) {
    if (isMissingTable(error)) return []
    throw error
  }
}

function isMissingTable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '42P01' || error.code === '3F000')
}

async function readMigrations(): Promise<Migration[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.sql')).toSorted()
  return Promise.all(
    files.map(async (file, number) => {
      const sql = (await readFile(new URL(file, FOLDER), 'utf8')).replaceAll('\r\n', '\n')
      return { number, name: file.slice(0, -'.sql'.length), hash: createHash('sha256').update(sql).digest('hex'), sql }
    }),
  )
}
