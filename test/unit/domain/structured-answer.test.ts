import { describe, expect, test } from 'vitest'
import { extractText } from '../../../src/domain/extract-text.ts'
import type { Json, JsonObject } from '../../../src/domain/model.ts'
import { outputMatch, structuredAnswer } from '../../../src/domain/structured-answer.ts'

const part = (text: string): JsonObject => ({ type: 'output_text', text })
const message = (...content: JsonObject[]): JsonObject => ({ type: 'message', content })

function answerOf(output: JsonObject[], format: JsonObject = { type: 'json_schema', name: 'n', schema: {} }): Json {
  const response = { output, text: { format } }
  return structuredAnswer(response, extractText(response).outputText)
}

describe('a structured answer', () => {
  test('is read where JSON was asked for, and prose that looks like it is not', () => {
    expect(answerOf([message(part('{"a":'), part('[1]}'))])).toEqual({ a: [1] })
    expect(answerOf([message(part('{"a":1}'))], { type: 'json_object' })).toEqual({ a: 1 })
    expect(answerOf([message(part('{"a":1}'))], { type: 'text' })).toBeNull()
    expect(structuredAnswer({ output: [message(part('{}'))], text: null }, '{}')).toBeNull()
  })

  test('is the last message, where others came before it', () => {
    expect(answerOf([message(part('Let me see…')), message(part('{"a":1}')), message()])).toEqual({ a: 1 })
    expect(answerOf([message(part('{"a":1}')), message(part('{"a":2'))])).toBeNull()
  })

  test('is null where it was refused, cut off or is no JSON', () => {
    expect(answerOf([message({ type: 'refusal', refusal: 'I cannot.' })])).toBeNull()
    for (const text of ['', '{"a":"b', '{"a":NaN}', '```json\n{}\n```']) expect(answerOf([message(part(text))])).toBeNull()
  })

  test('is null where it is too deep or too large to be of use as data', () => {
    expect(answerOf([message(part('['.repeat(200) + ']'.repeat(200)))])).not.toBeNull()
    for (const depth of [202, 100_000]) expect(answerOf([message(part('['.repeat(depth) + ']'.repeat(depth)))])).toBeNull()
    expect(answerOf([message(part(JSON.stringify('x'.repeat(1_000_001))))])).toBeNull()
  })
})

test.each<[string, unknown]>([
  ['5', 5],
  ['-1.50', -1.5],
  ['1e3', 1000],
  ['true', true],
  ['null', null],
  ['Ann', 'Ann'],
  ['"Ann"', 'Ann'],
  ['"5"', '5'],
  ['02139', '02139'],
  ['1e999', '1e999'],
  ['[1]', '[1]'],
  ['"half', '"half'],
  ['', ''],
])('%s in a query means %j', (text, value) => {
  expect(outputMatch('a.b', text)).toEqual({ path: ['a', 'b'], value })
})
