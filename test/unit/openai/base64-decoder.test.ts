import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBase64Decoder } from '../../../src/openai/base64-decoder.ts'
import { BrokenPayloadError } from '../../../src/openai/index.ts'

function decode(text: string, size: number): Buffer {
  const decoder = createBase64Decoder()
  const blocks: Buffer[] = []
  for (let at = 0; at < text.length; at += size) {
    const block = decoder.push(Buffer.from(text.slice(at, at + size), 'latin1'))
    if (block !== null) blocks.push(block)
  }
  return Buffer.concat([...blocks, decoder.end()])
}

test('any bytes in any pieces come back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 1, max: 300 }), (bytes, size) => {
      expect(decode(Buffer.from(bytes).toString('base64'), size).equals(bytes)).toBe(true)
    }),
  )
})

test('large input comes in blocks', () => {
  const bytes = Buffer.alloc(1_000_000, 'block')
  expect(decode(bytes.toString('base64'), 65_536).equals(bytes)).toBe(true)
})

test('it takes exactly the texts that are the base64 of something', () => {
  const unit = fc.constantFrom('A', 'Q', 'z', '+', '/', '=', '-', '_', ' ', '\n', '!', '\u00e9')
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 14 }), fc.integer({ min: 1, max: 15 }), (text, size) => {
      const canonical = Buffer.from(text, 'base64').toString('base64') === text
      if (canonical) expect(decode(text, size).toString('base64')).toBe(text)
      else expect(() => decode(text, size)).toThrow(BrokenPayloadError)
    }),
    { numRuns: 3000 },
  )
})
