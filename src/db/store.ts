import { sql } from 'drizzle-orm'

import { StoreUnavailableError } from '../domain/errors.ts'
import type { Store } from '../domain/store.ts'
import type { Database } from './database.ts'
import { storeFault } from './faults.ts'
import { createArtifactRepository } from './repositories/artifacts.ts'
import { createTargetRepository } from './repositories/callback-targets.ts'
import { createDeliveryRepository } from './repositories/deliveries.ts'
import { createEndpointRepository } from './repositories/endpoints.ts'
import { createEventRepository } from './repositories/events.ts'
import { createGaugeRepository } from './repositories/gauges.ts'
import { createHoldRepository } from './repositories/holds.ts'
import { createIdempotencyRepository } from './repositories/idempotency.ts'
import { createInboxRepository } from './repositories/inbox.ts'
import { createJobRepository } from './repositories/jobs.ts'
import { createKeyRepository } from './repositories/keys.ts'
import { createReplayRepository } from './repositories/replays.ts'
import { createResultRepository } from './repositories/results.ts'
import { createSearchRepository } from './repositories/search.ts'
import { createTenantRepository } from './repositories/tenants.ts'
import { createTurnRepository } from './repositories/turns.ts'
import { createUsageRepository } from './repositories/usage.ts'
import { inTransaction, poolSession, transactionSession, type Session } from './session.ts'

/** A job that changed is told to all who wait for it on this channel. */
export const JOB_CHANNEL = 'longhaul_job'

export function createStore(database: Pick<Database, 'db' | 'pool'>): Store {
  return {
    ...repositories(poolSession(database)),
    transaction: (work) => told(inTransaction(database.pool, (db) => work(storeWithin(db)))),
  }
}

function storeWithin(db: Session['db']): Store {
  const store: Store = {
    ...repositories(transactionSession(db)),
    transaction: async () => {
      throw new Error('Transactions do not nest: use the store that was given.')
    },
  }
  return store
}

function repositories(session: Session): Omit<Store, 'transaction'> {
  const { db } = session
  return {
    jobs: guarded(createJobRepository(session)),
    turns: guarded(createTurnRepository(session)),
    events: guarded(createEventRepository(session)),
    results: guarded(createResultRepository(session)),
    artifacts: guarded(createArtifactRepository(session)),
    inbox: guarded(createInboxRepository(session)),
    deliveries: guarded(createDeliveryRepository(session)),
    endpoints: guarded(createEndpointRepository(session)),
    targets: guarded(createTargetRepository(session)),
    replays: guarded(createReplayRepository(session)),
    holds: guarded(createHoldRepository(session)),
    gauges: guarded(createGaugeRepository(session)),
    idempotency: guarded(createIdempotencyRepository(session)),
    usage: guarded(createUsageRepository(session)),
    search: guarded(createSearchRepository(session)),
    keys: guarded(createKeyRepository(session)),
    tenants: guarded(createTenantRepository(session)),
    async signalJob(jobId) {
      await told(db.execute(sql`select pg_notify(${JOB_CHANNEL}, ${jobId})`))
    },
    async check() {
      const { rows } = await told(db.execute<{ fixed: boolean }>(sql`select current_setting('transaction_read_only') = 'on' as fixed`))
      if (rows[0]?.fixed === true) throw new StoreUnavailableError('The database is read-only: a standby, or one that somebody set so.')
    },
  }
}

/** The same repository; each of its methods fails in the store's own terms. */
export function guarded<Repository extends object>(repository: Repository): Repository {
  const methods = Object.entries(repository).map(([name, method]) => [
    name,
    (...args: unknown[]) => told((method as (...args: unknown[]) => Promise<unknown>)(...args)),
  ])
  return Object.fromEntries(methods) as Repository
}

async function told<T>(outcome: Promise<T>): Promise<T> {
  try {
    return await outcome
  } catch (error) {
    throw storeFault(error)
  }
}
