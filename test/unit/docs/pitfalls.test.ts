import { readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { faultOf, readText, ROOT, testLinks } from './read-docs.ts'

const PITFALLS = 52

const rows = (await readText('docs/pitfalls.md'))
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => {
    const [number = '', pitfall = '', answer = '', shown = '', ...rest] = line.slice(2, -2).split(' | ')
    return { number: Number(number), pitfall, answer, links: testLinks(shown), shown, rest }
  })

describe('the pitfalls', () => {
  test('are all there, each once and in order', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: PITFALLS }, (_, index) => index + 1))
    for (const { pitfall, answer, rest } of rows) {
      expect(pitfall).toMatch(/\.$/)
      expect(answer).toMatch(/\.$/)
      expect(rest).toEqual([])
    }
  })

  test.each(rows)('$number is shown by tests that are there, or said to be open', async ({ answer, links, shown }) => {
    expect(await Promise.all(links.map(faultOf))).toEqual(links.map(() => null))
    if (links.length === 0) expect(answer).toMatch(/^\*\*Not yet\.\*\*/)
    else expect(testLinks(shown)).toHaveLength(shown.split('<br>').length)
  })
})

test('a page that names a test names one that is there', async () => {
  const pages = (await readdir(new URL('docs/', ROOT))).filter((name) => name.endsWith('.md'))
  const links = (await Promise.all(pages.map((page) => readText(`docs/${page}`)))).flatMap(testLinks)
  const faults = (await Promise.all(links.map(faultOf))).filter((fault) => fault !== null)
  expect(faults).toEqual([])
})
