import { expect, test } from 'vitest'
import { z } from 'zod'
import type { AppError } from '../../../src/domain/errors.ts'
import { parsePart } from '../../../src/http/parse-part.ts'
import { readQuery } from '../../../src/http/read-query.ts'

const SHAPE = z.strictObject({
  name: z.string().min(2).max(4),
  count: z.int().min(1).max(9).optional(),
  kind: z.enum(['a', 'b']).optional(),
  at: z.iso.datetime().optional(),
  list: z
    .array(z.object({ x: z.boolean() }))
    .max(1)
    .optional(),
})

function faults(value: unknown): string[] {
  try {
    parsePart(SHAPE, value)
    return []
  } catch (error) {
    return (error as AppError).details.map(({ field, message }) => `${field} ${message}`)
  }
}

test.each([
  [{}, ['name is required']],
  [{ name: 1 }, ['name must be a string']],
  [{ name: 'x' }, ['name must have at least 2 characters']],
  [{ name: 'xxxxx' }, ['name must have at most 4 characters']],
  [{ name: 'xx', count: 1.5 }, ['count must be a whole number']],
  [{ name: 'xx', count: 10 }, ['count must be at most 9']],
  [{ name: 'xx', kind: 'c' }, ['kind must be one of a, b']],
  [{ name: 'xx', at: 'now' }, ['at must be an ISO 8601 time with its offset, such as 2026-11-21T09:30:00Z']],
  [{ name: 'xx', list: [{ x: 1 }] }, ['list.0.x must be a boolean']],
  [{ name: 'xx', list: [{ x: true }, { x: true }] }, ['list must have at most 1 items']],
  [{ name: 'xx', nmae: 1, other: 2 }, ['nmae is not a known field', 'other is not a known field']],
  [[], ['body must be an object']],
  [null, ['body must be an object']],
])('%j: %j', (value, said) => {
  expect(faults(value)).toEqual(said)
})

test('all faults are told at once', () => {
  expect(faults({ name: 1, count: 0, kind: 'x' })).toHaveLength(3)
})

const QUERY = z.strictObject({
  tag: z.array(z.string()).optional(),
  label: z.record(z.string(), z.string()).optional(),
  limit: z.string().default('1'),
})

test('a query is read as its schema says: lists by commas, records by dots', () => {
  expect(readQuery(new URLSearchParams('tag=a,b&tag=c&label.x.y=1&label.z=2&limit=5'), QUERY)).toEqual({
    tag: ['a', 'b', 'c'],
    label: { 'x.y': '1', z: '2' },
    limit: '5',
  })
})

test.each(['limit=1&limit=2', 'label.x=1&label.x=2', 'label.__proto__=1'])('%s is refused', (query) => {
  expect(() => readQuery(new URLSearchParams(query), QUERY)).toThrow('not valid')
})

test('names that mean something to JavaScript are only names', () => {
  const fields = readQuery(new URLSearchParams('constructor=1&toString=2'), QUERY)
  expect(() => parsePart(QUERY, fields)).toThrow('constructor is not a known field')
})
