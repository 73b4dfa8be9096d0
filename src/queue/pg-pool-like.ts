export interface PgClientLike {
  query(text: string, params?: unknown[]): Promise<{ rows: unknown[] }>
  on(event: 'notification', listener: (message: { channel: string; payload?: string }) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  removeAllListeners(event?: string): unknown
  release(destroy?: boolean): void
}

/** A `pg.Pool`, or PGlite dressed as one, whose search path begins with `bullmq`. Left open by us. */
export interface PgPoolLike {
  query(text: string, params?: unknown[]): Promise<{ rows: unknown[] }>
  connect(): Promise<PgClientLike>
  options: { keepAlive?: boolean | undefined }
}
