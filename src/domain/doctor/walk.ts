import type { TablePage } from './doctor-store.ts'

const BATCH = 500

/** Every row of a list, a batch at a time. */
export async function* walk<T extends { id: string }>(list: (page: TablePage) => Promise<T[]>): AsyncGenerator<T> {
  for await (const batch of walkBatches(list)) yield* batch
}

export async function* walkBatches<T extends { id: string }>(list: (page: TablePage) => Promise<T[]>): AsyncGenerator<T[]> {
  let beyond: string | null = null
  do {
    const batch: T[] = await list({ beyond, limit: BATCH })
    if (batch.length > 0) yield batch
    beyond = batch.length < BATCH ? null : (batch.at(-1)?.id ?? null)
  } while (beyond !== null)
}

/** The answers for all items, asked a few at a time, in their order. */
export async function* askEach<T, R>(
  items: AsyncIterable<T>,
  { atOnce, ask }: { atOnce: number; ask: (item: T) => Promise<R> },
): AsyncGenerator<R> {
  let asked: Promise<R>[] = []
  for await (const item of items) {
    asked.push(ask(item))
    if (asked.length < atOnce) continue
    yield* await Promise.all(asked)
    asked = []
  }
  yield* await Promise.all(asked)
}
