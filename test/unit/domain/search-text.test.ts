import { expect, test } from 'vitest'
import type { Answer } from '../../../src/domain/extract-text.ts'
import type { Json, JsonObject } from '../../../src/domain/model.ts'
import { continuationText, resultText, SEARCH_BYTES, submissionText } from '../../../src/domain/search-text.ts'
import { artifactRow } from '../../support/database-rows.ts'

const answer = (change: Partial<Answer>): Answer => ({ outputText: '', citations: [], refusal: null, ...change })

test('a job is found by what people wrote in its request, by its files’ names and by its labels', () => {
  const picture = `data:image/png;base64,${'iVBORw0KGgo'.repeat(20)}`
  const input: Json = [
    { role: 'user', content: 'Compare these.' },
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'Which is older?' },
        { type: 'input_image', image_url: picture },
        { type: 'input_file', filename: 'castles.pdf', file_data: picture },
      ],
    },
    { type: 'function_call_output', call_id: 'c', output: 'secret' },
    null,
  ]
  const tools = [{ type: 'mcp', authorization: 'Bearer secret', headers: { 'x-key': 'secret' } }]
  expect(submissionText({ input, instructions: 'Be brief.', tools }, { team: 'growth', env: 'eu.1' })).toEqual({
    labels: 'team growth\nenv eu.1',
    prompt: 'Compare these.\nWhich is older?\nBe brief.',
    output: '',
    extra: 'castles.pdf',
  })
})

test('a continuation is found by the words of its outputs, cut so that they push nothing out', () => {
  const parts: Json = [{ type: 'input_text', text: 'Low tide.' }, { type: 'input_file', filename: 'tides.csv' }, null]
  const items: JsonObject[] = [
    { type: 'function_call_output', output: 'sunny' },
    { type: 'function_call_output', output: parts },
    { type: 'shell_call_output', output: [{ stdout: 'a.txt', stderr: 'no b', outcome: { type: 'exit', exit_code: 1 } }] },
    {
      type: 'computer_call_output',
      output: { type: 'computer_screenshot', image_url: `data:image/png;base64,${'iVBORw0KGgo'.repeat(20)}` },
    },
    { type: 'mcp_approval_response', approve: false, reason: 'too dear' },
    { type: 'function_call_output', output: 'word '.repeat(5_000) },
  ]
  const { extra } = continuationText(items)
  expect(extra).toMatch(/^sunny\nLow tide\.\ntides\.csv\na\.txt\nno b\ntoo dear\nword word/)
  expect(extra).toHaveLength(4_000)
})

test('base64 in the midst of words is left out', () => {
  const { prompt } = submissionText({ input: `see data:image/png;base64,${'aGVsbG8+/'.repeat(30)}== and hash ${'ab'.repeat(32)}` }, {})
  expect(prompt).toBe(`see data:image/png;base64,… and hash ${'ab'.repeat(32)}`)
})

test('a result is found by its text, its refusal, and the names and revised prompts of what it made', () => {
  const artifacts = [artifactRow({ filename: 'kite.png', revisedPrompt: 'a red kite' }), artifactRow({ filename: 'rows.csv' })]
  expect(resultText({ answer: answer({ outputText: 'Done.' }), artifacts })).toEqual({
    output: 'Done.',
    extra: 'kite.png\na red kite\nrows.csv',
  })
  expect(resultText({ answer: answer({ refusal: 'I cannot.' }), artifacts: [] })).toEqual({ output: 'I cannot.', extra: '' })
})

test('a request of any shape has a text', () => {
  for (const input of [null, 7, [], [[]], {}, [{ content: 7 }], [{ content: [null, { type: 'input_text', text: {} }] }], undefined]) {
    expect(submissionText(input === undefined ? {} : { input, instructions: [] }, {}).prompt).toBe('')
  }
})

test('no part is longer than its bytes, nor ends within a character', () => {
  for (const sign of ['a ', '漢', '👩‍🚀', 'é']) {
    const text = sign.repeat(100_000)
    const { output } = resultText({ answer: answer({ outputText: text }), artifacts: [] })
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(SEARCH_BYTES.output)
    expect(Buffer.byteLength(output)).toBeGreaterThan(SEARCH_BYTES.output - 4)
    expect(text.startsWith(output)).toBe(true)
    expect(output.isWellFormed()).toBe(true)
  }
})
