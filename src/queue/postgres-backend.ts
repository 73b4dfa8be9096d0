import {
  assertSchemaCompatibility,
  createPostgresBackend,
  LATEST_SCHEMA_VERSION,
  type PgQueryable,
  type PgQueryResult,
  runMigrations,
  SchemaMigrationRequiredError,
} from 'bullmq'
import type { Backend } from './backend.ts'
import type { PgPoolLike } from './pg-pool-like.ts'
import { QueuePool } from './postgres-pool.ts'
import type { BulkEntry } from './entries.ts'
import { within } from './within.ts'

const SCHEMA = 'bullmq'

export async function openPostgresBackend(pool: PgPoolLike): Promise<Backend> {
  await migrate(pool)
  const shared = new QueuePool(pool)
  return {
    kind: 'postgres',
    prefix: '',
    // NOTIFY wakes a worker at once and delayed entries have their own timer: this is only the net below them.
    drainSeconds: 30,
    forBulk: (entries) => entries.map(withKey),
    factory: (name, options, extra) => createPostgresBackend(name, { ...options, connection: shared }, extra),
    check: async () => void (await within(shared.query('select 1 from migration limit 1'), { ms: 2_000, what: 'the queue in PostgreSQL' })),
    tidy: async () => void (await shared.query('vacuum job, event, dedup')),
    cut: () => void shared.end(),
    close: () => shared.end(),
  }
}

/**
 * Where no entry has a key, BullMQ makes two temporary tables per call: up to ten times slower for a few entries,
 * and it leaves rows in the catalogue, which PGlite never vacuums.
 */
function withKey(entry: BulkEntry): BulkEntry {
  return { ...entry, opts: { deduplication: { id: entry.opts.jobId }, ...entry.opts } }
}

/** BullMQ serialises racing migrations by an advisory lock; an up-to-date schema is only read, so no DDL right is needed. */
async function migrate(pool: PgPoolLike): Promise<void> {
  const client = await pool.connect()
  client.on('error', () => undefined) // a lost connection would end the process; the query tells of it
  const session: PgQueryable = {
    query: async <R>(text: string, params?: readonly unknown[]) => (await client.query(text, params?.slice())) as PgQueryResult<R>,
  }
  try {
    if ((await schemaVersion(session)) < LATEST_SCHEMA_VERSION) await runMigrations(session, SCHEMA)
    const { rows } = await session.query<{ schema: string }>('select current_schema() as schema')
    if (rows[0]?.schema !== SCHEMA) throw new Error(`the search path of the queue's pool must begin with ${SCHEMA}`)
    client.removeAllListeners('error')
    client.release()
  } catch (error) {
    client.release(true)
    throw error
  }
}

async function schemaVersion(session: PgQueryable): Promise<number> {
  try {
    return await assertSchemaCompatibility(session, SCHEMA)
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return 0
    throw error
  }
}
