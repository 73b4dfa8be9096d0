import { EventEmitter } from 'node:events'
import { ConnectionClosedError, type PgPool, type PgPoolClient, type PgQueryResult } from 'bullmq'
import type { PgPoolLike } from './pg-pool-like.ts'
import { SharedListener } from './shared-listener.ts'

/** Our pool as BullMQ may see it: all workers share one LISTEN session instead of holding one each, and it is not theirs to end. */
export class QueuePool implements PgPool {
  readonly options: { keepAlive: boolean }
  readonly #pool: PgPoolLike
  readonly #listener: SharedListener

  constructor(pool: PgPoolLike) {
    this.#pool = pool
    this.#listener = new SharedListener(pool)
    this.options = { keepAlive: pool.options.keepAlive ?? false }
  }

  async query<R>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<R>> {
    try {
      return (await this.#pool.query(text, params?.slice())) as PgQueryResult<R>
    } catch (error) {
      // Of faults that pass, BullMQ tries again by itself only what it knows as one of the connection.
      throw isAway(error) ? new ConnectionClosedError(error.message, error) : error
    }
  }

  async connect(): Promise<PgPoolClient> {
    return new QueueClient(this, this.#listener)
  }

  async end(): Promise<void> {
    await this.#listener.close()
  }

  /** Faults of idle connections are told to the owner of the pool. */
  on(): this {
    return this
  }

  removeAllListeners(): this {
    return this
  }
}

/** No session of its own: LISTEN goes to the shared one, all else to the pool. */
class QueueClient extends EventEmitter implements PgPoolClient {
  readonly #pool: QueuePool
  readonly #listener: SharedListener

  constructor(pool: QueuePool, listener: SharedListener) {
    super()
    this.#pool = pool
    this.#listener = listener
  }

  async query<R>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<R>> {
    if (/^LISTEN /m.test(text)) await this.#listener.join(this)
    // BullMQ would name the session after one worker, and it is everybody's.
    else if (!text.includes('application_name')) return this.#pool.query<R>(text, params)
    return { rows: [] }
  }

  release(): void {
    this.#listener.leave(this)
  }
}

/** Only the server gives a severity: without one the connection itself broke. 25006 is a standby, 40 a deadlock. */
function isAway(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  return !('severity' in error) || /^(08|25006|40|53|57)/.test(String('code' in error ? error.code : ''))
}
