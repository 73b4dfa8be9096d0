import { EventEmitter } from 'node:events'
import type { QueryConfig, QueryResult, QueryResultRow } from 'pg'

import type { Pool, PoolClient } from '../pool.ts'
import type { EmbeddedSession, OnPayload } from './embedded-session.ts'

const LISTEN = /^(?:\s|--[^\n]*\n)*(un)?listen\s+"?(\w+)"?\s*;?\s*$/i

/** Has the shape of a `pg.Pool`: any number of clients take turns on the one session. */
export class EmbeddedPool extends EventEmitter implements Pool {
  readonly options = { keepAlive: true }
  readonly #session: EmbeddedSession

  constructor(session: EmbeddedSession) {
    super()
    this.setMaxListeners(0)
    this.#session = session
  }

  async query<R extends QueryResultRow>(query: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult<R>> {
    const client = await this.connect()
    try {
      return await client.query<R>(query, values)
    } finally {
      client.release()
    }
  }

  async connect(): Promise<PoolClient> {
    return new EmbeddedClient(this.#session)
  }

  /** The session is closed by who opened it. */
  async end(): Promise<void> {}
}

/** Holds the session from BEGIN to COMMIT or ROLLBACK, and otherwise only while a statement runs. */
class EmbeddedClient extends EventEmitter implements PoolClient {
  readonly #session: EmbeddedSession
  readonly #listening = new Map<string, OnPayload>()
  #leave: (() => void) | null = null
  #last: Promise<unknown> = Promise.resolve()

  constructor(session: EmbeddedSession) {
    super()
    this.setMaxListeners(0)
    this.#session = session
  }

  query<R extends QueryResultRow>(query: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult<R>> {
    return this.#next(() => this.#run<R>(query, values))
  }

  release(): void {
    void this.#next(async () => {
      for (const [channel, onPayload] of this.#listening) await this.#session.unlisten(channel, onPayload)
      this.#listening.clear()
      if (this.#leave !== null) await this.#run('rollback')
    }).catch(() => {})
  }

  async #run<R extends QueryResultRow>(query: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult<R>> {
    const [match, un, channel] = LISTEN.exec(typeof query === 'string' ? query : query.text) ?? []
    if (match !== undefined && channel !== undefined) return this.#listen(channel, { on: un === undefined })

    this.#leave ??= await this.#session.enter()
    try {
      return await this.#session.query<R>(query, values)
    } finally {
      if (!this.#session.inTransaction) {
        this.#leave()
        this.#leave = null
      }
    }
  }

  async #listen<R extends QueryResultRow>(channel: string, { on }: { on: boolean }): Promise<QueryResult<R>> {
    const known = this.#listening.get(channel)
    if (on && known === undefined) {
      const onPayload: OnPayload = (payload) => this.emit('notification', { channel, payload })
      await this.#session.listen(channel, onPayload)
      this.#listening.set(channel, onPayload)
    } else if (!on && known !== undefined) {
      this.#listening.delete(channel)
      await this.#session.unlisten(channel, known)
    }
    return { command: on ? 'LISTEN' : 'UNLISTEN', rowCount: null, oid: 0, fields: [], rows: [] }
  }

  /** A client runs one statement after the other, as one of `pg` does. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => {})
    return result
  }
}
