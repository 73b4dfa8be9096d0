import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createJsonWalker, type JsonPath } from '../../../src/domain/json-walker.ts'

/** Where the string values of a text are, in the order the walker stops at them. */
function stringPaths(json: string, size: number): JsonPath[] {
  const paths: JsonPath[] = []
  const bytes = Buffer.from(json)
  const walker = createJsonWalker({
    wanted(path) {
      paths.push([...path])
      return false
    },
  })
  for (let at = 0; at < bytes.length; at += size) walker.walk(bytes.subarray(at, at + size), 0)
  return paths
}

function expectedPaths(value: unknown, path: JsonPath = []): JsonPath[] {
  if (typeof value === 'string') return [path]
  if (Array.isArray(value)) return value.flatMap((each, at) => expectedPaths(each, [...path, at]))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => expectedPaths(each, [...path, key]))
}

describe('walking JSON', () => {
  test('it knows the path of every string value, whatever the chunks and the white space', () => {
    const json = fc.tuple(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 1, '\t'))
    fc.assert(
      fc.property(json, fc.integer({ min: 1, max: 40 }), ([value, indent], size) => {
        const text = JSON.stringify(value, null, indent)
        expect(stringPaths(text, size)).toEqual(expectedPaths(JSON.parse(text)))
      }),
      { numRuns: 500 },
    )
  })

  test('keys are read with their escapes, and overlong ones cost no memory', () => {
    expect(stringPaths('{"\\u0072\\"é":"x"}', 1)).toEqual([['r"é', 'x'].slice(0, 1)])
    const [path] = stringPaths(`{"${'k'.repeat(100_000)}":"x"}`, 1000)
    expect(String(path?.[0]).length).toBeLessThan(300)
  })

  test('it stops behind the opening quote of a wanted string, and goes on behind the closing one', () => {
    const bytes = Buffer.from('{"a":"one","b":["two"]}')
    const walker = createJsonWalker({ wanted: (path) => path[0] === 'b' })
    const { at, stopped } = walker.walk(bytes, 0)
    expect({ stopped, rest: bytes.subarray(at).toString(), path: walker.path }).toEqual({ stopped: true, rest: 'two"]}', path: ['b', 0] })
    expect(walker.walk(bytes, at + 4)).toEqual({ at: bytes.length, stopped: false })
  })

  test('nesting is bounded', () => {
    const walker = createJsonWalker({ wanted: () => false, maxDepth: 3 })
    expect(() => walker.walk(Buffer.from('[[[[1]]]]'), 0)).toThrow('nested deeper than 3')
  })
})
