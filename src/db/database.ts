import type { NodePgDatabase } from 'drizzle-orm/node-postgres'

import type { Pool } from './pool.ts'

/** Drizzle over a pool, or over the one connection of a transaction. */
export type Db = NodePgDatabase

/** Called with the payload; with null when notifications may have been missed. */
export type OnNotify = (payload: string | null) => void

export interface Database extends AsyncDisposable {
  kind: 'postgres' | 'embedded'
  db: Db
  /** Where a transaction or a session takes its connection. */
  pool: Pool
  /** For BullMQ alone: its search path is `bullmq`, and its workers may keep a connection each. */
  queuePool: Pool
  listen(channel: string, onNotify: OnNotify): Promise<() => Promise<void>>
  /** Clears away dead rows where no autovacuum does. */
  tidy(): Promise<void>
}
