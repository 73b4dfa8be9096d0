import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inlinePayloads, type InlinePayload } from '../../../src/domain/inline-payloads.ts'

const reference = 'longhaul:artifact/art_1'

function payload(bytes: Uint8Array, { prefix = '', step = 1000 } = {}): InlinePayload {
  return {
    reference,
    prefix,
    async open() {
      return (async function* () {
        for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step)
      })()
    },
  }
}

async function inline(text: string, payloads: Record<string, InlinePayload>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of inlinePayloads(text, { payloads: new Map(Object.entries(payloads)) })) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

test('bytes in any chunks come back as one base64 string, with what stood before it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 20 }), async (bytes, step) => {
      const text = `{ "output": [ 1, { "result" : "${reference}" } ], "n": 12345678901234567890 }`
      const prefix = 'data:image/png;base64,'
      const whole = await inline(text, { 'output/1/result': payload(bytes, { prefix, step }) })
      expect(whole).toBe(text.replace(reference, prefix + Buffer.from(bytes).toString('base64')))
    }),
  )
})

test('a reference that a model wrote stays a text', async () => {
  const payloads = { 'output/0/result': payload(Buffer.from('secret')) }
  const text = JSON.stringify({
    output: [{ result: `see ${reference}`, text: reference }, { result: reference }],
    result: reference,
    [reference]: reference,
  })
  expect(await inline(text, payloads)).toBe(text)
})

test('a reference written with escapes is the same reference', async () => {
  const text = '{"output":[{"result":"longhaul:artifact\\/art_1"}]}'
  expect(await inline(text, { 'output/0/result': payload(Buffer.from('hi')) })).toBe('{"output":[{"result":"aGk="}]}')
})

test('a text with a quote at the place of a payload does not hide the next one', async () => {
  const text = `{"output":[{"result":"an inch is 1\\""},{"result":"${reference}"}]}`
  const payloads = { 'output/0/result': payload(Buffer.from('hi')), 'output/1/result': payload(Buffer.from('hi')) }
  expect(await inline(text, payloads)).toBe(text.replace(reference, 'aGk='))
})

test('a reference whose bytes are gone stays', async () => {
  const text = `{"output":[{"result":"${reference}"}]}`
  expect(await inline(text, { 'output/0/result': { reference, prefix: '', open: async () => null } })).toBe(text)
})

test('a text that is no JSON comes out as it went in', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', 'a', 'é') }), async (text) => {
      expect(await inline(text, { '': payload(Buffer.from('x')), '0': payload(Buffer.from('x')), a: payload(Buffer.from('x')) })).toBe(text)
    }),
  )
})

test('a failing body fails the stream', async () => {
  const broken: InlinePayload = {
    reference,
    prefix: '',
    open: async () =>
      (async function* () {
        yield Buffer.from('abc')
        throw new Error('the store is away')
      })(),
  }
  await expect(inline(`{"output":[{"result":"${reference}"}]}`, { 'output/0/result': broken })).rejects.toThrow('the store is away')
})
