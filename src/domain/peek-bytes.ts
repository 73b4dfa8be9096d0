export interface Peeked {
  head: Buffer
  /** All of the stream, its head included; may be read once. */
  whole: AsyncIterable<Uint8Array>
  /** Lets go of a stream that nobody will read. */
  close(): void
}

/** Reads the first bytes of a stream without losing them. */
export async function peekBytes(body: AsyncIterable<Uint8Array>, count: number): Promise<Peeked> {
  const source = body[Symbol.asyncIterator]()
  const first: Uint8Array[] = []
  let length = 0
  while (length < count) {
    const { value, done } = await source.next()
    if (done === true) break
    first.push(value)
    length += value.length
  }
  return { head: Buffer.concat(first).subarray(0, count), whole: replay(), close }

  async function* replay(): AsyncGenerator<Uint8Array> {
    try {
      yield* first
      first.length = 0
      for (;;) {
        const { value, done } = await source.next()
        if (done === true) return
        yield value
      }
    } finally {
      await source.return?.()
    }
  }

  /** Not waited for: a read under way may hang for as long as its source does. */
  function close(): void {
    source.return?.().catch(() => undefined)
  }
}
