import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { migrate, openDatabase } from '../../src/db/index.ts'
import { migrationsHash } from './migrations-hash.ts'
import { probeServers } from './probe-servers.ts'

/** Any number: the lock under which one test file makes the template and the others wait. */
const TEMPLATE_LOCK = 7_203_115

export function postgresUrl(): string {
  return process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'
}

export async function isPostgresThere(): Promise<boolean> {
  const { postgres } = await probeServers()
  return postgres === undefined
}

export interface TestDatabase extends AsyncDisposable {
  url: string
}

/** A migrated database of one's own: a copy of a template that is made once for these migrations. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = await ensureTemplate()
  return createDatabase(`template ${template}`)
}

/** A database with nothing in it. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('')
}

async function createDatabase(options: string): Promise<TestDatabase> {
  const name = `longhaul_test_${randomBytes(6).toString('hex')}`
  await asAdmin((admin) => admin.query(`create database ${name} ${options}`))
  return {
    url: urlOf(name),
    async [Symbol.asyncDispose]() {
      await asAdmin((admin) => admin.query(`drop database ${name} with (force)`))
    },
  }
}

async function ensureTemplate(): Promise<string> {
  const name = `longhaul_template_${await migrationsHash()}`
  await asAdmin(async (admin) => {
    await admin.query(`select pg_advisory_lock(${TEMPLATE_LOCK})`)
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [name])
    if (rowCount === 0) await makeTemplate(admin, name)
  })
  return name
}

/** Takes its name when it is whole, so that no one ever copies half of it. */
async function makeTemplate(admin: pg.Client, name: string): Promise<void> {
  const draft = `${name}_draft`
  await admin.query(`drop database if exists ${draft} with (force)`)
  await admin.query(`create database ${draft}`)
  {
    await using database = await openDatabase({ url: urlOf(draft) })
    await migrate(database)
  }
  await admin.query(`alter database ${draft} rename to ${name}`)
}

async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client(postgresUrl())
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}

function urlOf(database: string): string {
  return Object.assign(new URL(postgresUrl()), { pathname: `/${database}` }).href
}
