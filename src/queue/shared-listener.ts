import type { EventEmitter } from 'node:events'
import type { PgClientLike, PgPoolLike } from './pg-pool-like.ts'

/** One LISTEN session for all workers. When it breaks they are told, and come back by themselves. */
export class SharedListener {
  readonly #pool: PgPoolLike
  readonly #members = new Set<EventEmitter>()
  #session: Promise<PgClientLike> | undefined

  constructor(pool: PgPoolLike) {
    this.#pool = pool
  }

  async join(member: EventEmitter): Promise<void> {
    this.#members.add(member)
    const session = (this.#session ??= this.#open())
    try {
      await session
    } catch (error) {
      this.#members.delete(member)
      if (this.#session === session) this.#session = undefined
      throw error
    }
  }

  leave(member: EventEmitter): void {
    if (this.#members.delete(member) && this.#members.size === 0) void this.close()
  }

  async close(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    this.#members.clear()
    const client = await session?.catch(() => undefined)
    if (client !== undefined) end(client)
  }

  async #open(): Promise<PgClientLike> {
    const client = await this.#pool.connect()
    client.on('error', (error) => this.#lost(client, error))
    client.on('notification', (message) => {
      for (const member of this.#members) member.emit('notification', message)
    })
    try {
      await client.query('LISTEN bullmq_jobs')
    } catch (error) {
      end(client)
      throw error
    }
    return client
  }

  #lost(client: PgClientLike, error: Error): void {
    const members = [...this.#members]
    this.#members.clear()
    this.#session = undefined
    end(client)
    for (const member of members) member.emit('error', error)
  }
}

/** Destroyed, not given back: the next borrower must not hear our notifications. */
function end(client: PgClientLike): void {
  client.removeAllListeners()
  client.on('error', () => undefined)
  client.release(true)
}
