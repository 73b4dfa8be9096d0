import { expect, test } from 'vitest'
import { judge } from '../support/soak/judge.ts'
import type { Sample } from '../support/soak/judge.ts'

const LIMIT = { perHour: 60, noise: 5 }

/** Ten minutes, a sample every ten seconds. */
function samplesOf(value: (minute: number) => number): Sample[] {
  return Array.from({ length: 60 }, (_, n) => ({ atSeconds: n * 10, values: { rss: value(n / 6) } }))
}

const verdict = (value: (minute: number) => number) => judge(samplesOf(value), { warmUpSeconds: 120, limitOf: () => LIMIT })[0]

test('a value that rises without end is told, with its slope', () => {
  const trend = verdict((minute) => 100 + 2 * minute)
  expect(trend).toMatchObject({ name: 'rss', flat: false })
  expect(trend?.perHour).toBeCloseTo(120)
})

test('what rises only while it warms up is flat', () => {
  expect(verdict((minute) => 100 + 50 * Math.min(minute, 2))).toMatchObject({ flat: true, start: 200, end: 200 })
})

test('what breathes is flat', () => {
  expect(verdict((minute) => 100 + 20 * Math.sin(minute * 7))).toMatchObject({ flat: true })
})

test('a step too small to tell from noise is flat, however steep', () => {
  expect(
    judge(
      samplesOf((minute) => (minute > 5 ? 104 : 100)),
      { warmUpSeconds: 0, limitOf: () => ({ perHour: 0, noise: 5 }) },
    ),
  ).toMatchObject([{ flat: true }])
})
