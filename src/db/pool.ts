import type { QueryConfig, QueryResult, QueryResultRow } from 'pg'

export interface Notification {
  channel: string
  payload?: string
}

/** What we and BullMQ use of a `pg.PoolClient`. */
export interface PoolClient {
  query<R extends QueryResultRow>(query: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult<R>>
  release(destroy?: boolean): void
  on(event: 'notification', listener: (notification: Notification) => void): this
  on(event: 'error', listener: (error: Error) => void): this
  removeListener(event: 'notification', listener: (notification: Notification) => void): this
  removeListener(event: 'error', listener: (error: Error) => void): this
  removeAllListeners(event?: string): this
}

/** What we and BullMQ use of a `pg.Pool`; the embedded database has the same shape. */
export interface Pool {
  options: { keepAlive?: boolean | undefined }
  query<R extends QueryResultRow>(query: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult<R>>
  connect(): Promise<PoolClient>
  end(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): this
  removeAllListeners(event?: string): this
}
