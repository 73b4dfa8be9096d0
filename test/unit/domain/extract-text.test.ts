import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { extractText } from '../../../src/domain/extract-text.ts'
import type { Json, JsonObject } from '../../../src/domain/model.ts'

const text = (words: string, annotations: Json = []): JsonObject => ({ type: 'output_text', text: words, annotations })
const message = (...content: Json[]): JsonObject => ({ type: 'message', content })
const read = (...output: Json[]) => extractText({ output })

test('the text of all messages is one, in order, other items passed over', () => {
  const answer = read(message(text('one '), text('two ')), { type: 'reasoning', content: [text('not this')] }, message(text('three')))
  expect(answer).toEqual({ outputText: 'one two three', citations: [], refusal: null })
})

describe('a citation', () => {
  const cite = (annotation: Json) => read(message(text('12345')), message(text('67890', [annotation]))).citations

  test('is placed in the whole text', () => {
    expect(cite({ type: 'url_citation', url: 'https://a.test', title: 'A', start_index: 1, end_index: 3 })).toEqual([
      expect.objectContaining({ type: 'url_citation', url: 'https://a.test', title: 'A', startIndex: 6, endIndex: 8, artifactId: null }),
    ])
  })

  test.each([
    [{ url: 'https://a.test' }, 'url_citation'],
    [{ container_id: 'c', file_id: 'f' }, 'container_file_citation'],
    [{ file_id: 'f' }, 'file_citation'],
    [{ type: 7 }, 'unknown'],
    [{}, 'unknown'],
  ] as [JsonObject, string][])('without a type (%j) is a %s', (annotation, type) => {
    expect(cite(annotation)).toEqual([expect.objectContaining({ type })])
  })

  test.each([
    [{ start_index: 0, end_index: 999 }, 5, 10],
    [{ start_index: 4, end_index: 1 }, 9, 9],
    [{ start_index: -1, end_index: 2.5 }, null, null],
    [{ start_index: '1', end_index: null }, null, null],
    [{ start_index: Number.MAX_SAFE_INTEGER, end_index: 1e300 }, 10, null],
  ] as [JsonObject, number | null, number | null][])(
    'that lies outside or ends before it begins (%j) is brought inside or has no place',
    (place, startIndex, endIndex) => {
      expect(cite({ type: 'url_citation', ...place })).toEqual([expect.objectContaining({ startIndex, endIndex })])
    },
  )

  test.each([null, 7, 'x', [], {}, [null, 7, 'x', []]] as Json[])('that is none (%j) is no fault', (annotations) => {
    expect(read(message(text('x', annotations)))).toMatchObject({ outputText: 'x', citations: [] })
  })
})

describe('a refusal', () => {
  const refusal = (words: string): JsonObject => ({ type: 'refusal', refusal: words })

  test('is told when it is all that was said', () => {
    expect(read(message(refusal('No.')), message(refusal('Never.')))).toMatchObject({ outputText: '', refusal: 'No.\nNever.' })
  })

  test('beside words is no refusal of the whole', () => {
    expect(read(message(refusal('No.'), text('But this.')))).toMatchObject({ outputText: 'But this.', refusal: null })
  })
})

test('whatever the response is, reading it never throws', () => {
  const json = fc.jsonValue({ maxDepth: 4 })
  const response = fc.record({ output: fc.oneof(json, fc.array(fc.record({ type: fc.constant('message'), content: json }))) })
  fc.assert(fc.property(response, (given) => void extractText(given as JsonObject)))
})
