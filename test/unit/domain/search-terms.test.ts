import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSearch } from '../../../src/domain/search-terms.ts'

const all = (...wanted: string[]) => [{ wanted, unwanted: [] }]

test.each([
  ['red kite', all('red', 'kite')],
  ['"red kite" field', all('red kite', 'field')],
  ['"red kite', all('red kite')],
  ['kite -red -"blue sky"', [{ wanted: ['kite'], unwanted: ['red', 'blue sky'] }]],
  ['kite or wing OR -sail bird', [...all('kite'), ...all('wing'), { wanted: ['bird'], unwanted: ['sail'] }]],
  ['kite or', all('kite')],
  ['"or" kite', all('or', 'kite')],
  ['sales-report_v1.csv', all('sales-report_v1.csv')],
  ['  !!! kite & | ', all('kite')],
  ['東京タワー', all('東京タワー')],
])('%j is read as its words, phrases, exclusions and alternatives', (text, terms) => {
  expect(parseSearch(text)).toEqual(terms)
})

test.each(['', '  ', '-', '"', '""', 'or', 'or or', '-kite', 'wing or -kite', '!!!', '🦖', '- - -'])(
  '%j names nothing to look for',
  (text) => {
    expect(parseSearch(text)).toBeNull()
  },
)

test('whatever is typed, no term has a quote in it and each alternative wants something', () => {
  const typed = fc.string({ unit: fc.constantFrom('a', 'B', '"', '-', ' ', 'or', '\\', "'", '漢', '\n') })
  fc.assert(
    fc.property(typed, (text) => {
      for (const { wanted, unwanted } of parseSearch(text) ?? []) {
        expect(wanted.length).toBeGreaterThan(0)
        expect([...wanted, ...unwanted].join('')).not.toContain('"')
      }
    }),
  )
})
