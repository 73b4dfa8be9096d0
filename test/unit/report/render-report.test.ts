import { describe, expect, test } from 'vitest'
import { renderReport, reportPolicy } from '../../../src/report/index.ts'
import { reportOf } from '../../support/report-parts.ts'

const page = (...args: Parameters<typeof reportOf>): string => renderReport(reportOf(...args))
/** What an answer became, without the page around it. */
const body = (text: string, artifacts: NonNullable<Parameters<typeof reportOf>[1]>['artifacts'] = []): string =>
  /<article[^>]*>([\s\S]*)<\/article>/.exec(page([{ text }], { artifacts }))?.[1] ?? ''

const MARK = '<span class="out" role="img" aria-label="outside link">↗</span>'
const outside = (host: string) => `title="${host}" target="_blank" rel="nofollow noopener noreferrer ugc"`

describe('a link', () => {
  test('to the outside is marked, tells its host and takes nothing along', () => {
    expect(body('[here](https://a.test/x)')).toBe(`<p><a href="https://a.test/x" ${outside('a.test')}>here${MARK}</a></p>\n`)
    expect(body('https://a.test/x')).toContain(`<a href="https://a.test/x" ${outside('a.test')}>`)
    expect(body('<me@a.test>')).toContain(`<a href="mailto:me@a.test" ${outside('me@a.test')}>`)
  })

  test.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](java\tscript:alert(1))',
    '[x](vbscript:x)',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](file:///etc/passwd)',
    '[x](//evil.test/)',
    '[x](/v1/keys)',
    '[x](../../artifacts/art_99/content)',
    '<javascript:alert(1)>',
    '![x](data:image/svg+xml;base64,PHN2Zz4=)',
    '![x](/v1/artifacts/art_9/content)',
    '[x]: javascript:alert(1)\n\n[x]',
  ])('%s is none', (text) => {
    expect(body(text)).not.toMatch(/<(?:a|img)\b/)
  })

  test('of a reference stands small and leads to its source', () => {
    const citations = [{ url: 'https://a.test/x', title: '<A>', startIndex: 0, endIndex: 4 }]
    const html = page([{ text: 'Tide', citations }])
    expect(html).toContain(`Tide <a href="https://a.test/x" class="ref" ${outside('a.test')}>[1]${MARK}</a>`)
    expect(html).toContain(
      `<li dir="auto"><a href="https://a.test/x" ${outside('a.test')}>&lt;A&gt;${MARK}</a> <span class="soft">a.test</span></li>`,
    )
  })
})

describe('a picture', () => {
  const stored = { contentType: 'image/png', filename: 'plot.png' }

  test('of ours is shown where the answer has it', () => {
    expect(body('![plot](sandbox:/mnt/data/plot.png)', [stored])).toBe(
      '<p><img src="../../artifacts/art_1/content" alt="plot" loading="lazy" /></p>\n',
    )
  })

  test('that the answer has nowhere is shown behind it, with its size', () => {
    const html = page([{ text: 'x' }], { artifacts: [{ ...stored, kind: 'image', width: 4, height: 3, revisedPrompt: '"a" <flag>' }] })
    expect(html).toContain(
      '<img src="../../artifacts/art_1/content" alt="plot.png" width="4" height="3" loading="lazy" /><figcaption dir="auto">&quot;a&quot; &lt;flag&gt;</figcaption>',
    )
  })

  test('from outside is a link and never loaded, in a link too', () => {
    expect(body('![pixel](https://spy.test/p.gif)')).toContain(
      `<a href="https://spy.test/p.gif" ${outside('spy.test')}>pixel (picture, not loaded)`,
    )
    expect(body('[![pixel](https://spy.test/p.gif)](https://a.test/)').match(/<a /g)).toHaveLength(1)
    expect(body('![](https://spy.test/p.gif) [![a](https://spy.test/p.gif)](https://a.test/)')).not.toContain('<img')
  })
})

describe('hostile text', () => {
  test.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg onload=alert(1)>',
    '<a href="javascript:alert(1)">x</a>',
    '<style>*{display:none}</style>',
    '<!-- <main> -->',
    '</article></main></body></html><script>alert(1)</script>',
    '`</code></pre><script>alert(1)</script>`',
    '```"><script>alert(1)</script>\nx\n```',
    '[x](https://a.test/"onmouseover="alert(1))',
    '![" onerror="alert(1)](https://a.test/x)',
    '[x](https://a.test "\\" onmouseover=\\"alert(1)")',
    '| <script>alert(1)</script> |\n|:-:|\n| <img src=x onerror=alert(1)> |',
    '<iframe src="https://evil.test"></iframe><form action="https://evil.test"><input></form><base href="https://evil.test">',
    '\u0000<script\u0000>alert(1)</script>',
  ])('%j is words', (text) => {
    const html = body(text)
    expect(html.replaceAll('loading="lazy"', '')).not.toMatch(
      /<(?:script|img|svg|style|iframe|form|input|base|main|body|\/article|\/main|!--)/i,
    )
    for (const [tag] of html.matchAll(/<\w[^>]*>/g)) expect(tag.replaceAll(/"[^"]*"/g, '')).not.toMatch(/\son|style|script/)
  })

  test('in every other place is words as well', () => {
    const evil = '"><script>alert(1)</script>'
    const html = page(
      [
        {
          text: '',
          citations: [
            { url: `https://a.test/${evil}`, title: evil },
            { url: evil, title: null },
            { fileId: 'f', filename: evil },
          ],
        },
      ],
      {
        job: { model: evil, refusal: evil },
        artifacts: [
          { filename: evil },
          { filename: evil, kind: 'image', contentType: 'image/png' },
          { filename: evil, status: 'failed', error: evil },
        ],
      },
    )
    expect(html).not.toMatch(/<script/i)
    expect(html.match(/<main>/g)).toHaveLength(1)
  })

  test('that leaves code, quotes and lists open leaves the sources alone', () => {
    const open = '> - ```js\n> let'
    expect(page([{ text: open, citations: [{ url: 'https://a.test/', title: 'A' }] }])).toMatch(
      /<\/article>\n<section class="sources"><h2>Sources<\/h2>/,
    )
  })

  test('has nothing in the page to run it: no script, no style but ours, no picture but ours', () => {
    expect(reportPolicy({ publicUrl: 'https://l.test:8/x;y' })).toMatch(
      /^default-src 'none'; img-src 'self' https:\/\/l\.test:8; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'/,
    )
    expect(body('| a |\n|--:|\n| 1 |')).toContain('<div class="wide" tabindex="0"><table>')
    expect(body('| a |\n|--:|\n| 1 |')).toContain('<td class="right">1</td>')
  })
})

describe('bounds', () => {
  const PATTERNS = ['[', '![[', '*a_ ', 'a\n', 'http://a(', '![x](http://a.b)', '[1](http://a.b)', '|a']

  test.each(PATTERNS)('as many characters of %j as are laid out hold nobody up', (pattern) => {
    const text = pattern.repeat(290_000 / pattern.length)
    const started = performance.now()
    page([{ text }])
    expect(performance.now() - started).toBeLessThan(3_000)
  })

  test('a text that is too long, too deep or too many stands as it was written', () => {
    const table = `|a|b|\n|-|-|\n${'|<c>|d|\n'.repeat(25_000)}`
    for (const text of ['<b>x '.repeat(200_000), `${'> '.repeat(200)}<b>x`, table]) {
      const html = body(text)
      expect(html).toContain('<pre class="plain">')
      expect(html).toContain('&lt;')
      expect(html).not.toContain('<b>')
    }
  })

  test('several turns share what one may take', () => {
    const html = page([{ text: 'a tide, and '.repeat(15_000) }, { text: 'an ebb, and '.repeat(15_000) }])
    expect(html.match(/<pre class="plain">/g)).toHaveLength(1)
    expect(html.length).toBeLessThan(2_000_000)
  })
})
