import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pollInterval } from '../../../src/domain/poll-interval.ts'

test('the interval begins with the first and widens by half', () => {
  const waits = [0, 1, 2, 3].map((polls) => pollInterval({ pollFirstSeconds: 2, pollMaxSeconds: 300 }, polls))
  expect(waits).toEqual([2, 3, 4.5, 6.75])
})

test('it never shrinks and never passes its ceiling', () => {
  const seconds = fc.integer({ min: 1, max: 600 })
  fc.assert(
    fc.property(seconds, seconds, fc.nat(1_000_000), (pollFirstSeconds, pollMaxSeconds, polls) => {
      const rules = { pollFirstSeconds, pollMaxSeconds }
      const wait = pollInterval(rules, polls)
      expect(pollInterval(rules, polls + 1)).toBeGreaterThanOrEqual(wait)
      expect(wait).toBeGreaterThanOrEqual(pollFirstSeconds)
      expect(wait).toBeLessThanOrEqual(Math.max(pollFirstSeconds, pollMaxSeconds))
    }),
  )
})
