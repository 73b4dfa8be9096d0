import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/domain/model.ts'
import { composeReport } from '../../../src/domain/report-compose.ts'
import { reportMarkdown } from '../../../src/domain/report-markdown.ts'
import { reportOf, reportParts } from '../../support/report-parts.ts'

const A = 'https://a.test/x'
const cite = (endIndex: number | null, { startIndex = 0, url = A, title = 'A' } = {}) => ({ url, title, startIndex, endIndex })
const answer = (text: string, ...citations: ReturnType<typeof cite>[]) => reportOf([{ text, citations }]).turns[0]?.markdown

describe('a citation', () => {
  test('stands as a numbered link behind what it is cited for', () => {
    expect(answer('High tide. Low tide.', cite(10), cite(20, { url: 'https://b.test/', title: 'B' }))).toBe(
      'High tide. [\\[1\\]](https://a.test/x) Low tide. [\\[2\\]](https://b.test/)',
    )
  })

  test('of the same page has the same number, through all turns', () => {
    const report = reportOf([
      { text: 'One.', citations: [cite(4), cite(4, { url: `${A}#:~:text=one` })] },
      { text: 'Two.', citations: [cite(4, { url: 'https://b.test/' }), cite(4)] },
    ])
    expect(report.turns.map(({ markdown }) => markdown)).toEqual([
      'One. [\\[1\\]](https://a.test/x)',
      'Two. [\\[2\\]](https://b.test/) [\\[1\\]](https://a.test/x)',
    ])
    expect(report.sources).toEqual([
      { title: 'A', href: A, host: 'a.test' },
      { title: 'A', href: 'https://b.test/', host: 'b.test' },
    ])
  })

  test.each([
    ['a link', 'See [the page](https://a.test/x) now.', 8, 'See [the page](https://a.test/x)* now.'],
    ['an address', 'See https://a.test/long now.', 10, 'See https://a.test/long* now.'],
    ['code in a line', 'Run `npm test` now.', 8, 'Run `npm test`* now.'],
    ['a surrogate pair', 'A 🌊 wave', 3, 'A 🌊* wave'],
    ['white space', 'One.\n\n# Two', 6, 'One.*\n\n# Two'],
    ['a cell', '| a | b |\n|---|---|\n| c | d |', 29, '| a | b |\n|---|---|\n| c | d *|'],
    ['what lies past the end', 'Short', 99, 'Short*'],
  ])('inside %s is moved out of it', (_what, text, at, expected) => {
    expect(answer(text, cite(at))).toBe(expected.replace('*', ' [\\[1\\]](https://a.test/x)'))
  })

  test.each([
    ['0 to 0', 'Text', cite(0)],
    ['no place', 'Text', cite(null)],
    ['an end before its start', 'Some text', cite(2, { startIndex: 7 })],
    ['code', '```\nlet a\n```', cite(8)],
    ['the fence of code', 'a\n```', cite(5)],
    ['the rule of a table', '|a|\n|-|\n|b|', cite(7)],
    ['a line across', 'a\n\n---\n', cite(6)],
  ])('at %s stands in the list alone', (_what, text, given) => {
    const report = reportOf([{ text, citations: [given] }])
    expect(report.turns[0]?.markdown).toBe(text)
    expect(report.sources).toHaveLength(1)
  })

  test.each(['javascript:alert(1)', 'data:text/html,x', 'no address', 'file:///etc/passwd'])('of %s leads nowhere and is told', (url) => {
    const report = reportOf([{ text: 'Text', citations: [cite(4, { url })] }])
    expect(report.turns[0]?.markdown).toBe('Text \\[1\\]')
    expect(report.sources[0]).toMatchObject({ href: null })
    expect(reportMarkdown(report)).toContain('1. A (no safe address)')
  })

  test('whose address would break Markdown is led to all the same', () => {
    expect(answer('Text', cite(4, { url: 'https://a.test/x_(y)?a=|"b<c>`\\' }))).toBe(
      'Text [\\[1\\]](https://a.test/x_%28y%29?a=%7C%22b%3Cc%3E%60%5C)',
    )
  })
})

describe('the Markdown', () => {
  test('has title, notes, turns, files and sources, in this order', () => {
    const sources: JsonObject[] = [{ url: A }, { url: 'https://c.test/' }, { name: 'oai-weather' }]
    const items = [{ index: 0, id: null, type: 'web_search_call', status: null, summary: '', detail: { sources } }]
    const parts = reportParts(
      [
        { text: 'One: [t](sandbox:/mnt/data/tides.csv).', citations: [cite(4)], items },
        { text: 'Two.', citations: [{ type: 'file_citation', fileId: 'file-1', filename: 'notes*.pdf' }] },
      ],
      {
        job: { status: 'incomplete', incompleteDetails: { reason: 'max_output_tokens' }, costMicroUsd: 1_500_000 },
        artifacts: [
          {},
          { kind: 'image', filename: 'ig_1.png', contentType: 'image/png', revisedPrompt: 'a _red_ flag', fileId: null },
          { filename: 'gone.csv', status: 'expired' },
          { kind: 'input', filename: 'mine.png' },
        ],
      },
    )
    expect(reportMarkdown(composeReport(parts))).toBe(`# Answer of gpt-5.5-pro, 2026-11-21

job\\_1 · incomplete · \\$1.5000

> **The answer is incomplete: max\\_output\\_tokens.**

## Turn 1

One: [\\[1\\]](https://a.test/x) [t](../../artifacts/art_1/content).

## Turn 2

Two.

## Files

![ig\\_1.png](../../artifacts/art_2/content)

*a \\_red\\_ flag*

- gone.csv: expired

## Sources

1. [A](https://a.test/x) ↗ a.test
2. notes\\*.pdf (file)

## Also consulted

- [https://c.test/](https://c.test/) ↗ c.test
- oai-weather (api)
`)
  })

  test('closes the code that an answer left open', () => {
    const report = reportOf([{ text: 'a\n````js\nlet b\n```', citations: [cite(null)] }])
    expect(reportMarkdown(report)).toContain('let b\n```\n````\n\n## Sources')
  })

  test('tells a refusal and a failure first', () => {
    const refused = reportMarkdown(reportOf([{ text: '' }], { job: { refusal: 'No.' } }))
    expect(refused).toContain('> **The model refused: No.**')
    const error = { code: 'upstream_error' as const, message: 'It broke', retryable: true, upstream: null }
    expect(reportMarkdown(reportOf([], { job: { status: 'failed', error } }))).toContain(
      '> **The job failed (upstream\\_error): It broke**',
    )
  })
})

test('an answer of megabytes in one line with thousands of citations holds nobody up', () => {
  for (const text of ['word '.repeat(600_000), ' '.repeat(3_000_000), '[a](sandbox:/x) '.repeat(150_000)]) {
    const citations = Array.from({ length: 5_000 }, (_, at) => ({
      url: `https://a.test/${at}`,
      startIndex: 0,
      endIndex: text.length - at * 100,
    }))
    const started = performance.now()
    reportMarkdown(reportOf([{ text, citations }]))
    expect(performance.now() - started).toBeLessThan(3_000)
  }
})

test('whatever is cited where, the words of the answer stay as they are', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '`', '```', '[', '](', ')', '|', '-', '🌊', '\ud800', 'https://x.y/') })
  const places = fc.array(fc.record({ url: fc.constant(A), startIndex: fc.nat(40), endIndex: fc.option(fc.nat(60)) }))
  fc.assert(
    fc.property(text, places, (given, citations) => {
      const [turn] = reportOf([{ text: given, citations }]).turns
      expect((turn?.markdown ?? given).replaceAll(' [\\[1\\]](https://a.test/x)', '')).toBe(given)
    }),
  )
})
