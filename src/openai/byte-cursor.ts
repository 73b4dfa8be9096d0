import { Buffer } from 'node:buffer'

/**
 * A place in bytes that arrive in chunks; a chunk may be gone once the next is loaded. Nobody reads ahead, so the slowest
 * reader sets the pace of the network.
 */
export class ByteCursor {
  chunk: Buffer = Buffer.alloc(0)
  at = 0
  readonly #source: AsyncIterator<Uint8Array>

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** True when there are bytes at the cursor, after waiting for some where needed. */
  async more(): Promise<boolean> {
    while (this.at >= this.chunk.length) {
      const next = await this.#source.next()
      if (next.done === true) return false
      this.chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
      this.at = 0
    }
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#source.return?.()
  }
}
