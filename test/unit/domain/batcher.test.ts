import { expect, test } from 'vitest'
import { createBatcher } from '../../../src/domain/batcher.ts'

function openBatcher(maxSize: number) {
  const batches: number[][] = []
  const ends: PromiseWithResolvers<void>[] = []
  let [under, most] = [0, 0]
  const batcher = createBatcher<number>({
    maxSize,
    write: async (items) => {
      batches.push(items)
      const end = Promise.withResolvers<void>()
      ends.push(end)
      most = Math.max(most, (under += 1))
      await end.promise.finally(() => (under -= 1))
    },
  })
  const turn = (): Promise<void> => new Promise(setImmediate)
  return { batcher, batches, ends, turn, most: () => most }
}

test('what comes while a write is under way goes into the next, together', async () => {
  const { batcher, batches, ends, turn, most } = openBatcher(10)
  const added = [1, 2, 3].map((item) => batcher.add(item))
  await turn()
  expect(batches).toEqual([[1]])
  ends[0]?.resolve()
  await turn()
  expect(batches).toEqual([[1], [2, 3]])
  ends[1]?.resolve()
  await Promise.all(added)
  expect(most()).toBe(1)
})

test('no batch is larger than the most allowed, and the order is kept', async () => {
  const { batcher, batches, ends, turn } = openBatcher(3)
  const added = Array.from({ length: 8 }, (_, i) => batcher.add(i))
  for (let i = 0; i < 4; i += 1) {
    await turn()
    ends[i]?.resolve()
  }
  await Promise.all(added)
  expect(batches).toEqual([[0], [1, 2, 3], [4, 5, 6], [7]])
})

test('a write that fails is told to those of its batch alone', async () => {
  const { batcher, ends, turn } = openBatcher(2)
  const outcomes = Promise.allSettled([1, 2, 3, 4].map((item) => batcher.add(item)))
  await turn()
  ends[0]?.resolve()
  await turn()
  ends[1]?.reject(new Error('the database is away'))
  await turn()
  ends[2]?.resolve()
  expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
})

test('an item is done only when its write is', async () => {
  const { batcher, ends, turn } = openBatcher(2)
  let done = false
  const added = batcher.add(1).then(() => (done = true))
  await turn()
  expect(done).toBe(false)
  ends[0]?.resolve()
  await added
})

test('a thousand items from everywhere are each written once', async () => {
  const written: number[] = []
  const batcher = createBatcher<number>({
    maxSize: 64,
    write: async (items) => {
      await new Promise(setImmediate)
      written.push(...items)
    },
  })
  const some = async (start: number): Promise<void> => {
    for (let i = start; i < 1_000; i += 10) await batcher.add(i)
  }
  await Promise.all(Array.from({ length: 10 }, (_, start) => some(start)))
  expect(written.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 1_000 }, (_, i) => i))
})
