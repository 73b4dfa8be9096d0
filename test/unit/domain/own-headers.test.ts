import { expect, test } from 'vitest'
import { objectToHeaders } from '../../../src/domain/own-headers.ts'

test.each(['authorization', 'cookie', 'x-team', 'accept', 'traceparent', 'constructor', 'x_y'])('%s may be sent along', (name) => {
  expect(objectToHeaders({ [name]: 'Bearer abc; d="e"' })).toEqual([])
})

test.each([
  'host',
  'content-type',
  'content-length',
  'content-encoding',
  'user-agent',
  'webhook-id',
  'webhook-signature',
  'webhook-anything',
  'connection',
  'transfer-encoding',
  'proxy-authorization',
  'upgrade',
  'expect',
  'te',
  'trailer',
  'keep-alive',
])('%s is ours, or the connection\u2019s', (name) => {
  expect(objectToHeaders({ [name]: 'x' })).toEqual([{ name, message: 'is a header that Longhaul sets itself' }])
})

test.each(['', 'x y', 'x:y', 'x\r\nhost', 'X-Team', 'h\u00e4', 'x'.repeat(65), 'x\0'])('%j is no name', (name) => {
  expect(objectToHeaders({ [name]: 'x' })).toEqual([{ name, message: expect.stringContaining('no header name') }])
})

test.each(['', ' ', ' x', 'x ', 'x\r\nhost: y', 'x\ny', 'x\0', '\u00e9', '\t', 'x\u007f'])(
  '%j is no value, and is not repeated',
  (value) => {
    const [said] = objectToHeaders({ 'x-a': value })
    expect(said).toEqual({ name: 'x-a', message: expect.stringContaining('printable ASCII') })
  },
)

test('they are few and short', () => {
  const many = (count: number, value: string) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, value]))
  expect(objectToHeaders(many(20, 'x'))).toEqual([])
  expect(objectToHeaders(many(21, 'x'))).toEqual([{ name: null, message: 'must have at most 20 headers' }])
  expect(objectToHeaders(many(1, 'x'.repeat(1_024)))).toEqual([])
  expect(objectToHeaders(many(1, 'x'.repeat(1_025)))).toEqual([{ name: 'x-0', message: 'must have at most 1024 characters' }])
  expect(objectToHeaders(many(4, 'x'.repeat(1_024)))).toEqual([{ name: null, message: expect.stringContaining('4096 characters') }])
})
