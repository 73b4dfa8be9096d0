import { PGlite } from '@electric-sql/pglite'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import pg from 'pg'
import type { QueryConfig, QueryResult, QueryResultRow } from 'pg'

import { Turnstile } from './turnstile.ts'

const TURN_TIMEOUT_MS = 30_000

export type OnPayload = (payload: string) => void

/** PGlite's one session, spoken to through `pg` so that values come and go as they do with a server. */
export class EmbeddedSession implements AsyncDisposable {
  readonly #lite: PGlite
  readonly #client: pg.Client
  readonly #turnstile = new Turnstile()
  readonly #channels = new Map<string, Set<OnPayload>>()

  private constructor(lite: PGlite, client: pg.Client) {
    this.#lite = lite
    this.#client = client
  }

  static async open(folder: string): Promise<EmbeddedSession> {
    const lite = await PGlite.create(folder)
    const client = new pg.Client(connectionTo(lite))
    await client.connect()
    const session = new EmbeddedSession(lite, client)
    lite.onNotification((channel, payload) => session.#notify(channel, payload))
    // BullMQ's names are unqualified; ours are never.
    await client.query('set search_path to bullmq, public')
    return session
  }

  /** The session for oneself, until the function that comes back is called. */
  async enter(): Promise<() => void> {
    return this.#turnstile.enter({ timeoutMs: TURN_TIMEOUT_MS })
  }

  /** Only for who has entered. */
  query<R extends QueryResultRow>(query: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult<R>> {
    return this.#client.query<R>(query as string, values?.slice())
  }

  get inTransaction(): boolean {
    return !this.#lite.closed && this.#lite.isInTransaction()
  }

  async listen(channel: string, onPayload: OnPayload): Promise<void> {
    const leave = await this.enter()
    try {
      await this.#client.query(`listen ${pg.escapeIdentifier(channel)}`)
      this.#channels.set(channel, (this.#channels.get(channel) ?? new Set()).add(onPayload))
    } finally {
      leave()
    }
  }

  async unlisten(channel: string, onPayload: OnPayload): Promise<void> {
    const listeners = this.#channels.get(channel)
    listeners?.delete(onPayload)
    if (listeners?.size !== 0) return
    this.#channels.delete(channel)
    const leave = await this.enter()
    try {
      if (!this.#channels.has(channel)) await this.#client.query(`unlisten ${pg.escapeIdentifier(channel)}`)
    } finally {
      leave()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const leave = await this.enter()
    try {
      await this.#client.end()
      await this.#lite.close()
    } finally {
      leave()
    }
  }

  #notify(channel: string, payload: string): void {
    for (const onPayload of this.#channels.get(channel) ?? []) onPayload(payload)
  }
}

function connectionTo(lite: PGlite): pg.ClientConfig {
  const config = createPgConfig(lite)
  const { connection } = config
  const parse = connection.parse.bind(connection)
  // `pg` calls its value parsers `types`, which is PGlite's name for the types of the parameters.
  connection.parse = (query: object) => parse({ ...query, types: undefined })
  return config
}
