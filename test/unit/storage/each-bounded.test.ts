import { expect, test } from 'vitest'
import { eachBounded } from '../../../src/storage/each-bounded.ts'

test('never more than the limit run at once, and all of them run', async () => {
  let running = 0
  let most = 0
  const done: number[] = []
  const run = async (item: number): Promise<void> => {
    most = Math.max(most, (running += 1))
    await new Promise(setImmediate)
    running -= 1
    done.push(item)
  }
  await eachBounded(
    Array.from({ length: 20 }, (_, index) => index),
    { limit: 3, run },
  )
  expect(most).toBe(3)
  expect(done).toHaveLength(20)
})

test('one failure is thrown as it is, several together, and the rest is done first', async () => {
  const done: number[] = []
  const failing = (bad: number[]): Promise<void> =>
    eachBounded([1, 2, 3, 4], {
      limit: 2,
      run: async (item) => {
        if (bad.includes(item)) throw new Error(`no ${item}`)
        done.push(item)
      },
    })
  await expect(failing([2])).rejects.toThrow('no 2')
  await expect(failing([1, 4])).rejects.toThrow('2 of the objects')
  expect(done).toEqual([1, 3, 4, 2, 3])
})
