import { expect, test } from 'vitest'
import { waitSeconds } from '../../../src/http/routes/prefer.ts'

test.each([
  [undefined, null],
  ['respond-async', null],
  ['wait=5', 5],
  ['Wait = "60"', 60],
  ['return=minimal, wait=10; foo=bar', 10],
  ['waiting=3', null],
])('%s is a wait of %s', (header, seconds) => {
  expect(waitSeconds(header)).toBe(seconds)
})

test.each(['wait', 'wait=', 'wait=0', 'wait=61', 'wait=-1', 'wait=1.5', 'wait=1e1'])('%s is refused', (header) => {
  expect(() => waitSeconds(header)).toThrow('from 1 to 60')
})
