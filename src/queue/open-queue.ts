import type { Log } from '../domain/ports.ts'
import { createEngine, type QueueEngine } from './engine.ts'
import { createFaultLog } from './fault-log.ts'
import type { Limits } from './limits.ts'
import type { PgPoolLike } from './pg-pool-like.ts'
import { openPostgresBackend } from './postgres-backend.ts'
import { openRedisBackend } from './redis-backend.ts'

export type EngineOptions = ({ redisUrl: string; prefix?: string } | { pool: PgPoolLike }) & {
  /** After how long without a sign a running entry counts as lost, and runs again. */
  lockSeconds: number
  log: Log
  limits?: Limits
}

/** Throws when PostgreSQL is away, as the rest of the service would; with Redis away it opens all the same and waits for it. */
export async function openQueue(options: EngineOptions): Promise<QueueEngine> {
  const { lockSeconds, log, limits = {} } = options
  const fault = createFaultLog(log)
  const backend =
    'pool' in options
      ? await openPostgresBackend(options.pool)
      : openRedisBackend({ redisUrl: options.redisUrl, prefix: options.prefix ?? 'longhaul', fault })
  return createEngine(backend, { limits, lockSeconds, fault })
}
