import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { describe } from 'vitest'
import { openDatabase } from '../../src/db/index.ts'
import { openQueue, type QueueEngine } from '../../src/queue/index.ts'
import { keptLog } from './queue-kit.ts'
import { openAt, type OpenOptions, type QueuePlace } from './queue-places.ts'
import { REDIS_HERE, startRedis } from './queue-redis.ts'
import { describeWith } from './servers.ts'

const POSTGRES = process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'

export interface QueueHost extends AsyncDisposable {
  place: QueuePlace
  /** An engine with nothing in it yet. */
  fresh(options?: OpenOptions): Promise<QueueEngine>
}

export async function redisHost(): Promise<QueueHost> {
  const server = await startRedis()
  const place = { redisUrl: server.url }
  return {
    place,
    fresh: (options) => openAt({ ...place, prefix: `test-${randomBytes(4).toString('hex')}` }, options),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

export async function postgresHost(): Promise<QueueHost> {
  const admin = new pg.Pool({ connectionString: POSTGRES, max: 1 })
  const name = `longhaul_queue_${randomBytes(4).toString('hex')}`
  await admin.query(`create database ${name}`)
  const databaseUrl = Object.assign(new URL(POSTGRES), { pathname: `/${name}` }).href
  return {
    place: { databaseUrl },
    async fresh(options) {
      const engine = await openAt({ databaseUrl }, options)
      const database = new pg.Client(databaseUrl)
      await database.connect()
      await emptyTables(database)
      await database.end()
      return engine
    },
    async [Symbol.asyncDispose]() {
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}

/** Opening the embedded database is slow, so one serves all tests of a file. */
export async function embeddedHost(): Promise<QueueHost> {
  const dataDir = await mkdtemp(join(tmpdir(), 'longhaul-queue-'))
  const database = await openDatabase({ dataDir })
  return {
    place: { dataDir },
    async fresh({ limits = {}, lockSeconds = 30, lines = [] } = {}) {
      const engine = await openQueue({ pool: database.queuePool, limits, lockSeconds, log: keptLog(lines) })
      await emptyTables(database.queuePool)
      return engine
    },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export async function emptyTables(database: { query(text: string): Promise<unknown> }): Promise<void> {
  await database.query('truncate bullmq.job, bullmq.meta, bullmq.event, bullmq.dedup, bullmq.dedup_next cascade')
}

export const HOSTS = { redis: redisHost, postgres: postgresHost, embedded: embeddedHost } as const

/** The suite, once for every kind of queue that can be had here. */
export function describeQueues(
  name: string,
  suite: (open: () => Promise<QueueHost>, kind: keyof typeof HOSTS) => void,
  kinds = Object.keys(HOSTS) as (keyof typeof HOSTS)[],
): void {
  for (const kind of kinds) {
    const title = `${name}, ${kind}`
    const body = (): void => suite(HOSTS[kind], kind)
    if (kind === 'redis') describeRedis(title, body)
    else describeWith(title, { needs: kind === 'postgres' ? ['postgres'] : [] }, body)
  }
}

/** Needs the server's program, not a running server: the tests stop and start their own. */
export function describeRedis(name: string, suite: () => void): void {
  if (REDIS_HERE) return void describe(name, suite)
  if (process.env['CI']) throw new Error(`"${name}" cannot run: apt-get install redis-server`)
  describe.skip(`${name} (skipped: apt-get install redis-server)`, suite)
}
