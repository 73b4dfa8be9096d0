import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBatcher } from '../../../src/queue/batcher.ts'
import type { BulkEntry } from '../../../src/queue/entries.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const entries = (...ids: string[]): BulkEntry[] => ids.map((id) => ({ name: 'deliver', data: id, opts: { jobId: id } }))

function recorded(): { sent: unknown[][]; ends: PromiseWithResolvers<void>[]; add: ReturnType<typeof createBatcher> } {
  const sent: unknown[][] = []
  const ends: PromiseWithResolvers<void>[] = []
  const add = createBatcher((batch) => {
    sent.push(batch.map(({ data }) => data))
    ends.push(Promise.withResolvers<void>())
    return ends.at(-1)!.promise
  })
  return { sent, ends, add }
}

test('the first goes at once; what comes while it is under way goes together', async () => {
  const { sent, ends, add } = recorded()
  const first = add(entries('a'))
  const [second, third] = [add(entries('b', 'c')), add(entries('d'))]
  expect(sent).toEqual([['a']])
  ends[0]!.resolve()
  await first
  await vi.advanceTimersByTimeAsync(0)
  expect(sent).toEqual([['a'], ['b', 'c', 'd']])
  ends[1]!.resolve()
  await Promise.all([second, third])
})

test('a fault fails those it was sent for and those who waited behind them, and the next starts anew', async () => {
  const { sent, ends, add } = recorded()
  const both = Promise.allSettled([add(entries('a')), add(entries('b'))])
  ends[0]!.reject(new Error('away'))
  expect(await both).toMatchObject([
    { status: 'rejected', reason: { message: 'the queue is away', cause: { message: 'away' } } },
    { status: 'rejected' },
  ])
  const next = add(entries('c'))
  ends[1]!.resolve()
  await next
  expect(sent).toEqual([['a'], ['c']])
})

test('an engine that does not answer is given up within two seconds', async () => {
  const { add } = recorded()
  const added = Promise.allSettled([add(entries('a'))])
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await added).toMatchObject([{ status: 'rejected', reason: { message: 'the queue is away' } }])
  expect(vi.getTimerCount()).toBe(0)
})

test('batches stay bounded, but what was added in one call is never split', async () => {
  const { sent, ends, add } = recorded()
  const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index))
  const all = [add(entries('first')), add(entries(...ids(700))), add(entries(...ids(300))), add(entries(...ids(300)))]
  for (let flight = 0; flight < 4; flight += 1) {
    ends[flight]!.resolve()
    await vi.advanceTimersByTimeAsync(0)
  }
  await Promise.all(all)
  expect(sent.map((batch) => batch.length)).toEqual([1, 700, 300, 300])
})
