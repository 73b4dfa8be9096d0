import { drizzle } from 'drizzle-orm/node-postgres'

import type { Db } from './database.ts'
import { isUnavailable } from './faults.ts'
import type { Pool, PoolClient } from './pool.ts'

/** What a repository works with: outside of a transaction, or within one. */
export interface Session {
  db: Db
  /** All or nothing; within a transaction it is part of that one. */
  atomically<T>(work: (db: Db) => Promise<T>): Promise<T>
}

export function poolSession(database: { db: Db; pool: Pool }): Session {
  return { db: database.db, atomically: (work) => inTransaction(database.pool, work) }
}

export function transactionSession(db: Db): Session {
  return { db, atomically: (work) => work(db) }
}

/** Drizzle's own would lose the connection for good when BEGIN fails. */
export async function inTransaction<T>(pool: Pool, work: (db: Db) => Promise<T>): Promise<T> {
  return withClient(pool, (client) => betweenBeginAndCommit(client, () => work(drizzle(client as never) as unknown as Db)))
}

export async function betweenBeginAndCommit<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

/** Lends one connection; one that broke does not go back. */
export async function withClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken = false
  const onError = (): void => {
    broken = true
  }
  client.on('error', onError) // without a listener a lost connection would end the process
  try {
    return await work(client)
  } catch (error) {
    broken ||= isUnavailable(error)
    throw error
  } finally {
    client.removeListener('error', onError)
    client.release(broken)
  }
}
