import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Artifact, Citation } from '../../../src/domain/model.ts'
import { applyEdits } from '../../../src/domain/report-edits.ts'
import { findFences } from '../../../src/domain/report-fences.ts'
import { artifactHref } from '../../../src/domain/report-links.ts'
import { rewriteLinks } from '../../../src/domain/rewrite-links.ts'
import { artifact, citation } from '../../support/report-parts.ts'

function rewrite(
  text: string,
  { artifacts = [artifact({})], citations = [] }: { artifacts?: Artifact[]; citations?: Citation[] } = {},
): string {
  return applyEdits(text, rewriteLinks(text, { artifacts, citations, fences: findFences(text), hrefOf: artifactHref }).edits)
}

const HREF = '../../artifacts/art_1/content'

describe('a sandbox: link', () => {
  test.each([
    ['[the data](sandbox:/mnt/data/tides.csv)', `[the data](${HREF})`],
    ['[the data](<sandbox:/mnt/data/tides.csv>)', `[the data](${HREF})`],
    ['[the data](sandbox:/mnt/data/tides.csv "Tides")', `[the data](${HREF})`],
    ['![plot](sandbox:/mnt/data/deep/er/tides.csv)', `![plot](${HREF})`],
    ['[](sandbox:/mnt/data/tides.csv)', `[tides.csv](${HREF})`],
    ['It is at sandbox:/mnt/data/tides.csv, and there.', `It is at [tides.csv](${HREF}), and there.`],
    ['see sandbox:/mnt/data/tides.csv now', `see [tides.csv](${HREF}) now`],
  ])('%s leads to what was stored', (text, expected) => {
    expect(rewrite(text)).toBe(expected)
  })

  test.each(['my file.csv', 'my%20file.csv', 'file (1).csv', 'ünïcode.csv'])('finds a file named %s', (name) => {
    const stored = artifact({ filename: decodeURIComponent(name) })
    expect(rewrite(`[x](sandbox:/mnt/data/${name})`, { artifacts: [stored] })).toBe(`[x](${HREF})`)
  })

  test.each(['[x](sandbox:/mnt/data/invented.csv)', '[x](sandbox:/mnt/data/../../etc/passwd)', '[x](sandbox:)', '[x](sandbox:/%E0%A4%A)'])(
    'to nothing that was stored (%s) is marked',
    (text) => {
      expect(rewrite(text)).toBe('x (file not found)')
    },
  )

  test('to a file that OpenAI no longer had says so', () => {
    expect(rewrite('[x](sandbox:/mnt/data/tides.csv)', { artifacts: [artifact({ status: 'expired' })] })).toBe('x (file expired)')
  })

  test('means the file that is cited there, whatever else has its name', () => {
    const text = 'a [x](sandbox:/mnt/data/tides.csv)'
    const artifacts = [artifact({}), artifact({ id: 'art_2', containerId: 'cntr_2' })]
    const citations = [citation({ artifactId: 'art_2', startIndex: 6, endIndex: 33 })]
    expect(rewrite(text, { artifacts, citations })).toBe('a [x](../../artifacts/art_2/content)')
  })

  test.each(['```\n[x](sandbox:/mnt/data/tides.csv)\n```', '~~~py\nopen("sandbox:/mnt/data/tides.csv")'])(
    'in code (%j) is left alone',
    (text) => {
      expect(rewrite(text)).toBe(text)
    },
  )

  test('is never led to a picture that was no file of a container', () => {
    const picture = artifact({ kind: 'image', fileId: null, containerId: null })
    expect(rewrite('[x](sandbox:/mnt/data/tides.csv)', { artifacts: [picture] })).toBe('x (file not found)')
  })
})

test('a text without any is the same text, and no text is a fault or takes long', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('[', ']', '(', ')', '!', 'sandbox:', '/', '`', '\n', 'a', '%', '<', '>') }),
      (text) => void rewrite(text),
    ),
  )
  for (const part of ['[', '[a](sandbox:', '(sandbox:/(', 'sandbox:', '![[x](sandbox:/a(b']) {
    const started = performance.now()
    rewrite(part.repeat(500_000 / part.length))
    expect(performance.now() - started).toBeLessThan(3_000)
  }
})
