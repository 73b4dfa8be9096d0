import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeExactly, findInputs } from '../../../src/domain/find-inputs.ts'
import { mapInputs } from '../../../src/domain/map-inputs.ts'
import type { Json, JsonObject } from '../../../src/domain/model.ts'

const BASE64 = Buffer.alloc(1_200, 7).toString('base64')
const picture = `data:image/png;base64,${BASE64}`

const asking = (...content: Json[]): JsonObject => ({ model: 'm', input: [{ role: 'user', content }] })
const inlineOf = (request: JsonObject): object[] => findInputs(request).inline.map(({ path, prefix }) => ({ path, prefix }))

describe('a payload in a request', () => {
  test('is found in messages, in outputs of calls, and as the mask of a tool', () => {
    const request: JsonObject = {
      input: [
        { role: 'user', content: [{ type: 'input_image', image_url: picture }] },
        { type: 'computer_call_output', output: { type: 'computer_screenshot', image_url: `data:image/webp;base64,${BASE64}` } },
        { type: 'input_file', filename: 'a.pdf', file_data: BASE64 },
      ],
      tools: [{ type: 'web_search' }, { type: 'image_generation', input_image_mask: { image_url: `data:;base64,${BASE64}` } }],
    }
    expect(inlineOf(request)).toEqual([
      { path: 'request/input/0/content/0/image_url', prefix: 'data:image/png;base64,' },
      { path: 'request/input/1/output/image_url', prefix: 'data:image/webp;base64,' },
      { path: 'request/input/2/file_data', prefix: '' },
      { path: 'request/tools/1/input_image_mask/image_url', prefix: 'data:;base64,' },
    ])
  })

  test('that comes twice is found once', () => {
    const image = { type: 'input_image', image_url: picture }
    expect(inlineOf(asking(image, { ...image, detail: 'low' }))).toHaveLength(1)
  })

  test.each([
    ['is short', { image_url: 'data:image/png;base64,iVBORw0KGgo=' }],
    ['is an address', { image_url: `https://a.test/${'x'.repeat(2_000)}` }],
    ['is no base64', { image_url: `data:text/plain,${'x'.repeat(2_000)}` }],
    ['is bare where words may stand', { text: BASE64 }],
    ['has a head that no row can hold', { image_url: `data:image/png;name=\u0000;base64,${BASE64}` }],
  ])('that %s is left alone', (_what, part) => {
    expect(inlineOf(asking({ type: 'input_image', ...part }))).toEqual([])
  })

  test('in a tool beside its mask is left alone: there may be secrets', () => {
    const tools: Json = [{ type: 'mcp', headers: { cookie: picture }, authorization: picture, description: picture }]
    expect(inlineOf({ tools })).toEqual([])
  })
})

test('files that OpenAI has are found where they are input, and not where an answer cites them', () => {
  const request: JsonObject = {
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_image', file_id: 'file-1' },
          { type: 'input_file', file_id: 'file-2' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'input_image', file_id: 'file-1' },
          { type: 'input_file', file_id: '../x' },
        ],
      },
      { role: 'assistant', content: [{ type: 'output_text', annotations: [{ type: 'file_citation', file_id: 'file-9' }] }] },
    ],
    tools: [{ type: 'image_generation', input_image_mask: { file_id: 'file-3' } }],
  }
  expect(findInputs(request).files.map(({ value }) => value)).toEqual(['file-1', 'file-2', 'file-3'])
})

test('a request with thousands of inputs is not taken apart beyond what one insert can hold', () => {
  const parts = Array.from({ length: 5_000 }, (_, index) => ({ type: 'input_file', file_id: `file-${index}` }))
  expect(findInputs(asking(...parts)).files).toHaveLength(256)
})

describe('base64', () => {
  test('of any bytes is decoded to them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (raw) => decodeExactly(Buffer.from(raw).toString('base64'))?.equals(raw) === true),
    )
  })

  test('that would come back otherwise is not decoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('A', 'Q', 'z', '9', '+', '/', '=', '-', '_', ' ', '\n') }), (text) => {
        const bytes = decodeExactly(text)
        return bytes === null || bytes.toString('base64') === text
      }),
    )
    const odd = ['QQ', 'QR==', 'QQ==QQ==', 'QUI=\n', 'QU JD', 'QUJ-']
    expect(odd.map(decodeExactly)).toEqual(odd.map(() => null))
  })

  test('that is odd only far behind its start is not decoded', () => {
    const long = Buffer.alloc(300_000, 1).toString('base64')
    expect(decodeExactly(long)).toHaveLength(300_000)
    expect(decodeExactly(`${long.slice(0, 250_000)}-${long.slice(250_001)}`)).toBeNull()
  })
})

test('mapping with nothing to change gives the same request, keys in their order', () => {
  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>
  fc.assert(
    fc.property(fc.array(json), fc.array(json), (input, tools) => {
      const request = { model: 'm', input, later: 1, tools }
      return JSON.stringify(mapInputs(request, ({ value }) => value)) === JSON.stringify(request)
    }),
  )
})
