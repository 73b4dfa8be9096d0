import fc from 'fast-check'
import { validateHeaderValue } from 'node:http'
import { expect, test } from 'vitest'
import { contentHeaders } from '../../../src/http/content-headers.ts'

const disposition = (filename: string): string => contentHeaders({ contentType: 'text/csv', filename })['content-disposition'] ?? ''

test('no name and no type can break a header', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (contentType, filename) => {
      for (const [name, value] of Object.entries(contentHeaders({ contentType, filename }))) {
        validateHeaderValue(name, value)
        expect(value).toMatch(/^[\x20-\x7e]+$/)
      }
    }),
  )
})

test('the name that a client decodes is the one that was given', () => {
  expect(decodeURIComponent(disposition('Übersicht (1) 100%.csv').split("''")[1] ?? '')).toBe('Übersicht (1) 100%.csv')
})

test.each([
  ['/etc/passwd', 'passwd'],
  ['..\\..\\x.exe', 'x.exe'],
  ['..', 'file'],
  ['', 'file'],
  ['.bashrc', 'bashrc'],
  ['a\u0000b', 'ab'],
  ['\ud800', '%EF%BF%BD'],
])('%j is offered as %s', (filename, offered) => {
  expect(disposition(filename)).toMatch(new RegExp(`''${offered}$`))
})

test('a name without end is cut', () => {
  expect(disposition('x'.repeat(10_000)).length).toBeLessThan(400)
})
