export interface Batcher<T> {
  /** Resolves when the batch that took the item is written; rejects when that failed. */
  add(item: T): Promise<void>
}

/** Everything that arrives while one write is under way goes into the next, together. */
export function createBatcher<T>({ write, maxSize }: { write: (items: T[]) => Promise<void>; maxSize: number }): Batcher<T> {
  let waiting: { item: T; resolve: () => void; reject: (error: unknown) => void }[] = []
  let writing = false

  async function flush(): Promise<void> {
    if (writing) return
    writing = true
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxSize)
      waiting = waiting.slice(maxSize)
      try {
        await write(batch.map(({ item }) => item))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    writing = false
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        void flush()
      }),
  }
}
