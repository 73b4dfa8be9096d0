import { expect, test } from 'vitest'
import { createLinkSigner } from '../../../src/signing/index.ts'

const SECRET = new Uint8Array(32).fill(9)
const links = createLinkSigner(SECRET)

test('what was signed is signed, and nothing else is', () => {
  const signature = links.sign('artifact\nart_1\n1')
  expect(links.isSigned('artifact\nart_1\n1', signature)).toBe(true)
  expect(links.isSigned('artifact\nart_1\n2', signature)).toBe(false)
  for (const altered of [
    '',
    signature.slice(1),
    `${signature}A`,
    `${signature}=`,
    signature.toUpperCase(),
    'é'.repeat(43),
    `A${signature.slice(1)}x`,
  ])
    expect(links.isSigned('artifact\nart_1\n1', altered)).toBe(false)
})

test('every letter counts, the last one too', () => {
  const signature = links.sign('text')
  for (let at = 0; at < signature.length; at += 1) {
    const other = signature[at] === 'B' ? 'C' : 'B'
    expect(links.isSigned('text', signature.slice(0, at) + other + signature.slice(at + 1))).toBe(false)
  }
})

test('a signature stands in an address as it is, and outlives the process', () => {
  expect(links.sign('text')).toMatch(/^[\w-]{43}$/)
  expect(createLinkSigner(new Uint8Array(SECRET)).isSigned('text', links.sign('text'))).toBe(true)
})

test('another secret signs otherwise', () => {
  expect(createLinkSigner(new Uint8Array(32).fill(8)).isSigned('text', links.sign('text'))).toBe(false)
  expect(() => createLinkSigner(new Uint8Array(16))).toThrow('32 bytes, not 16')
})
