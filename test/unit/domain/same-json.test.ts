import { expect, test } from 'vitest'
import type { Json } from '../../../src/domain/model.ts'
import { sameJson } from '../../../src/domain/same-json.ts'

test.each<[Json, Json, boolean]>([
  [{ a: 1, b: [true, null] }, { b: [true, null], a: 1 }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1, b: 2 }, { a: 1 }, false],
  [{ a: null }, { b: null }, false],
  [{ toString: 1 }, { a: 1 }, false],
  [[1, 2], [2, 1], false],
  [[1], [1, 2], false],
  [[], {}, false],
  [{}, null, false],
  ['1', 1, false],
  ['a', 'a', true],
])('%j and %j are the same: %s', (one, other, same) => {
  expect(sameJson(one, other)).toBe(same)
  expect(sameJson(other, one)).toBe(same)
})
