import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

import type { OnNotify } from '../database.ts'

const RECONNECT_FIRST_MS = 100
const RECONNECT_MAX_MS = 5_000

/** One connection for every LISTEN of the process, made at the first and made again when it dies. */
export class PostgresListener implements AsyncDisposable {
  readonly #config: pg.ClientConfig
  readonly #channels = new Map<string, Set<OnNotify>>()
  readonly #closing = new AbortController()
  #client: Promise<pg.Client> | null = null
  #reconnecting: Promise<void> | null = null

  constructor(config: pg.ClientConfig) {
    this.#config = config
  }

  /** Rejects, and listens to nothing, when there is no connection now. */
  async listen(channel: string, onNotify: OnNotify): Promise<() => Promise<void>> {
    const listeners = this.#channels.get(channel) ?? new Set()
    this.#channels.set(channel, listeners.add(onNotify))
    try {
      const client = await this.#connected()
      await client.query(`listen ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      this.#forget(channel, onNotify)
      throw error
    }
    return async () => {
      if (!this.#forget(channel, onNotify)) return
      const client = await this.#client?.catch(() => null)
      await client?.query(`unlisten ${pg.escapeIdentifier(channel)}`).catch(() => {})
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    this.#channels.clear()
    await this.#reconnecting
    const client = await this.#client?.catch(() => null)
    this.#client = null
    await client?.end().catch(() => {})
  }

  /** True when it was the channel's last. */
  #forget(channel: string, onNotify: OnNotify): boolean {
    const listeners = this.#channels.get(channel)
    listeners?.delete(onNotify)
    return listeners?.size === 0 && this.#channels.delete(channel)
  }

  #connected(): Promise<pg.Client> {
    this.#client ??= this.#connect().catch((error: unknown) => {
      this.#client = null
      throw error
    })
    return this.#client
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#config)
    client.on('error', () => {}) // 'end' follows
    await client.connect()
    client.on('notification', ({ channel, payload }) => {
      for (const onNotify of this.#channels.get(channel) ?? []) onNotify(payload ?? '')
    })
    client.once('end', () => this.#lost())
    for (const channel of this.#channels.keys()) await client.query(`listen ${pg.escapeIdentifier(channel)}`)
    return client
  }

  #lost(): void {
    this.#client = null
    if (this.#closing.signal.aborted || this.#channels.size === 0) return
    this.#reconnecting ??= this.#reconnect().finally(() => {
      this.#reconnecting = null
    })
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#closing
    for (let wait = RECONNECT_FIRST_MS; !signal.aborted; wait = Math.min(wait * 2, RECONNECT_MAX_MS)) {
      try {
        await delay(wait, undefined, { signal })
        await this.#connected()
        for (const listeners of this.#channels.values()) for (const onNotify of listeners) onNotify(null)
        return
      } catch {
        // Not back yet.
      }
    }
  }
}
