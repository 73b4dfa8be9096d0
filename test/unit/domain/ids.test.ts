import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createIds, idBeginnings, isId } from '../../../src/domain/ids.ts'

let now = Date.parse('2026-11-21T12:00:00Z')
const ids = createIds({ clock: { now: () => new Date(now), every: () => () => undefined }, random: { next: () => 0, bytes: randomBytes } })

test('ids sort by the time they were made, over centuries', () => {
  const made = [0, 1, 31, 32, 1_000, 86_400_000, 3e12, 2e13].map((later) => {
    now = later
    return ids.next('job')
  })
  expect(made.toSorted()).toEqual(made)
})

test('the beginnings of a span of time are those of every id made in it, and of few others', () => {
  const span = fc.record({
    from: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
    hours: fc.nat(100),
    share: fc.nat(100),
  })
  fc.assert(
    fc.property(span, ({ from, hours, share }) => {
      const to = new Date(from.getTime() + hours * 3_600_000)
      now = from.getTime() + Math.floor(((to.getTime() - from.getTime()) * share) / 100)
      const beginnings = idBeginnings('job', { from, to })
      const id = ids.next('job')
      expect(beginnings.filter((beginning) => id.startsWith(beginning))).toHaveLength(1)
      expect(beginnings.length).toBeLessThanOrEqual(hours / 9 + 2)
    }),
  )
})

test('ids of one moment differ', () => {
  expect(new Set(Array.from({ length: 10_000 }, () => ids.next('job'))).size).toBe(10_000)
})

test('a derived id is always the same for its base, name and prefix, and differs with each', () => {
  const base = ids.next('turn')
  const id = ids.derive('art', base, 'output/0/result')
  expect(ids.derive('art', base, 'output/0/result')).toBe(id)
  const others = [
    ids.derive('art', base, 'output/1/result'),
    ids.derive('art', ids.next('turn'), 'output/0/result'),
    ids.derive('dlv', base, 'output/0/result'),
  ]
  expect(new Set([id, ...others].map((each) => each.slice(each.indexOf('_') + 1))).size).toBe(4)
  expect(id.slice(4, 14)).toBe(base.slice(5, 15))
})

test('what is made is well-formed, of its own kind only', () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      const id = ids.derive('art', ids.next('turn'), name)
      expect(isId('art', id)).toBe(true)
      expect(isId('job', id)).toBe(false)
    }),
  )
})

test.each([
  '',
  'job_',
  'job_1',
  `job_${'0'.repeat(27)}`,
  `job_${'o'.repeat(26)}`,
  `job_${'0'.repeat(26)}\n`,
  `JOB_${'0'.repeat(26)}`,
  `xjob_${'0'.repeat(26)}`,
])('%j is no id', (text) => {
  expect(isId('job', text)).toBe(false)
})
