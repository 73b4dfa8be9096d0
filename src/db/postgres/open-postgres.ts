import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'

import type { Database } from '../database.ts'
import { PostgresListener } from './postgres-listener.ts'

const CONNECT_TIMEOUT_MS = 3_000
const STATEMENT_TIMEOUT_MS = 30_000
/** Ours, for a server that has fallen silent; a little later than its own. */
const QUERY_TIMEOUT_MS = 35_000

/** Connects to nothing yet: the first query does. */
export function openPostgres(url: string): Database {
  const connection = {
    connectionString: url,
    application_name: 'longhaul',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  } satisfies pg.ClientConfig
  const pool = createPool({ ...connection, max: 10, statement_timeout: STATEMENT_TIMEOUT_MS, query_timeout: QUERY_TIMEOUT_MS })
  // A pool of its own: each BullMQ worker keeps one connection for LISTEN, and must not starve ours.
  const queuePool = createPool({ ...connection, max: 20, query_timeout: QUERY_TIMEOUT_MS, options: '-c search_path=bullmq,public' })
  const listener = new PostgresListener(connection)

  return {
    kind: 'postgres',
    db: drizzle(pool),
    pool,
    queuePool,
    listen: (channel, onNotify) => listener.listen(channel, onNotify),
    tidy: async () => {}, // the server has autovacuum
    async [Symbol.asyncDispose]() {
      await Promise.all([listener[Symbol.asyncDispose](), pool.end(), queuePool.end()])
    },
  }
}

function createPool(config: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(config)
  pool.setMaxListeners(0) // each BullMQ queue and worker adds one
  pool.on('error', () => {}) // an idle connection died: the pool has dropped it, the next query tells
  // A connection may die in the very bytes that opened it, before whoever asked for it can listen: that must not end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
