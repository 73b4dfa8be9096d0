import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../../../src/http/canonical-json.ts'
import { readJson } from '../../../src/http/read-json.ts'

const read = (text: string): unknown => readJson(Buffer.from(text))

test('JSON is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), (text) => {
      fc.pre(!text.includes('__proto__'))
      expect(read(text)).toEqual(JSON.parse(text))
    }),
  )
})

test('a hundred thousand levels are refused, not run into', () => {
  expect(() => read('[{"a":'.repeat(100_000))).toThrow('not JSON')
  expect(() => read(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toThrow('deeper than 200')
  expect(() => read(`${'{"a":'.repeat(201)}1${'}'.repeat(201)}`)).toThrow('deeper than 200')
})

test('a million values side by side are no depth', () => {
  expect((read(`[${Array.from({ length: 1_000_000 }, () => '[]').join()}]`) as unknown[]).length).toBe(1_000_000)
})

test('the refusal says where the JSON ends to be JSON, and repeats nothing of it', () => {
  expect(() => read('{"a": secret}')).toThrow(/^The body is not JSON( \(at position \d+\))?\.$/)
})

test('canonical text does not know in which order keys were written', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      fc.pre(!JSON.stringify(value).includes('__proto__'))
      const turned = Object.fromEntries(Object.entries(value).toReversed())
      expect(canonicalJson(turned)).toBe(canonicalJson(value))
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('canonical text tells what differs', () => {
  expect(canonicalJson({ a: [1, 2] })).not.toBe(canonicalJson({ a: [2, 1] }))
  expect(canonicalJson({ a: { b: 1 } })).not.toBe(canonicalJson({ a: { b: '1' } }))
})
