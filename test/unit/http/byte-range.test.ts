import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesTag, readRange } from '../../../src/http/byte-range.ts'

test('whatever is asked, a range lies within the bytes', () => {
  const header = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(2_000), fc.nat(2_000)).map(([a, b]) => `bytes=${a}-${b}`),
    fc.nat(2_000).map((n) => `bytes=-${n}`),
  )
  fc.assert(
    fc.property(header, fc.nat(1_000), (text, bytes) => {
      const range = readRange(text, { bytes })
      if (typeof range === 'string') return
      expect(range.start).toBeGreaterThanOrEqual(0)
      expect(range.end).toBeGreaterThanOrEqual(range.start)
      expect(range.end).toBeLessThan(bytes)
    }),
  )
})

test('of nothing no range can be had', () => {
  expect(['bytes=0-', 'bytes=0-0', 'bytes=-1'].map((header) => readRange(header, { bytes: 0 }))).toEqual([
    'unsatisfiable',
    'unsatisfiable',
    'unsatisfiable',
  ])
  expect(readRange(undefined, { bytes: 0 })).toBe('whole')
})

test('a tag matches itself, its weak form and the star', () => {
  const seen = ['"a"', 'W/"a"', '"b", "a"', '*', '"b"', 'a', undefined].map((header) => matchesTag(header, { etag: '"a"' }))
  expect(seen).toEqual([true, true, true, true, false, false, false])
})
