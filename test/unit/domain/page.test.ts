import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeCursor, encodeCursor, readPage } from '../../../src/domain/page.ts'
import { after } from '../../support/database-rows.ts'

const row = (second: number) => ({ id: `job_${second}`, createdAt: after(second) })

test('a cursor comes back as the place that it was made of', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date(8.64e14), noInvalidDate: true }),
      fc.stringMatching(/^[a-z]{2,5}_[0-9a-z]{1,40}$/),
      (createdAt, id) => {
        expect(decodeCursor(encodeCursor({ createdAt, id }))).toEqual({ createdAt, id })
      },
    ),
  )
})

test.each(['', '!', 'null', '7', 'eyJhIjoxfQ', encodeURIComponent('1.job_1'), '🦖', Buffer.from('1.job_1; drop').toString('base64url')])(
  'garbage (%j) is no cursor',
  (cursor) => {
    expect(decodeCursor(cursor)).toBeNull()
  },
)

test('whatever is taken for a cursor is a place that a database knows', () => {
  const near = fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.string())
    .map(([at, id]) => Buffer.from(`${at}.job_${id}`).toString('base64url'))
  fc.assert(
    fc.property(fc.oneof(fc.string(), near), (cursor) => {
      const place = decodeCursor(cursor)
      if (place !== null) expect(place.createdAt.getTime()).toBeLessThan(Date.UTC(200_000, 0))
    }),
  )
})

test('a page has a next one only when there is more', async () => {
  const rows = [5, 4, 3].map(row)
  const read = async ({ limit }: { limit: number }) => rows.slice(0, limit)
  const full = await readPage({ limit: 2, before: null }, read)
  expect(full.rows).toEqual(rows.slice(0, 2))
  expect(decodeCursor(full.nextCursor ?? '')).toEqual({ createdAt: after(4), id: 'job_4' })
  expect(await readPage({ limit: 3, before: null }, read)).toEqual({ rows, nextCursor: null })
  expect(await readPage({ limit: 3, before: null }, async () => [])).toEqual({ rows: [], nextCursor: null })
})
