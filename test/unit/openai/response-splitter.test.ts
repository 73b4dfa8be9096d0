import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inlinePayloads, type InlinePayload } from '../../../src/domain/inline-payloads.ts'
import type { PayloadSink } from '../../../src/domain/ports.ts'
import { BrokenPayloadError } from '../../../src/openai/index.ts'
import { splitResponse } from '../../../src/openai/response-splitter.ts'
import { inChunks, keepAll, readAll, split } from './split.ts'

const picture = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47]), Buffer.alloc(3000, 'pixels')])
const base64 = picture.toString('base64')
const large = Buffer.alloc(900_000, 'large').toString('base64')
const response = (...output: unknown[]): string => JSON.stringify({ id: 'resp_1', output })

const bytes = fc.uint8Array({ minLength: 300, maxLength: 5000 }).map((array) => Buffer.from(array))
const other = fc.dictionary(fc.constantFrom('id', 'type', 'status', 'ключ', 'a"b\\'), fc.jsonValue({ maxDepth: 3 }))
const item = fc.oneof(
  fc.tuple(other, bytes, other).map(([before, data, after]) => ({ ...before, result: data.toString('base64'), ...after })),
  fc.tuple(other, bytes).map(([rest, data]) => ({
    ...rest,
    outputs: [
      { type: 'logs', logs: 'x' },
      { type: 'image', url: `data:image/png;base64,${data.toString('base64')}` },
    ],
  })),
  fc.tuple(bytes, other).map(([data, rest]) => ({ content: [{ type: 'output_audio', data: data.toString('base64'), ...rest }] })),
  fc.tuple(bytes, other).map(([data, rest]) => ({ output: { image_url: `data:image/webp;base64,${data.toString('base64')}`, ...rest } })),
  other,
)
const document = fc
  .tuple(other, fc.array(item, { maxLength: 4 }), other)
  .map(([before, output, after]) => ({ ...before, output, ...after }))

describe('splitting any response at any chunk boundary', () => {
  test('and putting the payloads back gives the response again', async () => {
    await fc.assert(
      fc.asyncProperty(
        document,
        fc.constantFrom(0, 2),
        fc.infiniteStream(fc.integer({ min: 1, max: 900 })),
        async (value, indent, sizes) => {
          const { sink, met } = keepAll()
          const { text } = await split(JSON.stringify(value, null, indent), { sink, size: () => sizes.next().value ?? 1 })
          const payloads = new Map<string, InlinePayload>(
            met.map(({ path, prefix, bytes: body }, at) => [
              path,
              { reference: `ref:${at}`, prefix, open: async () => inChunks(body, 100) },
            ]),
          )
          const whole = (await readAll(inlinePayloads(text, { payloads }))).toString()
          expect(whole).toBe(JSON.stringify(value, null, indent))
        },
      ),
      { numRuns: 150 },
    )
  })

  test('keeps every byte that is no payload', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 5 }), fc.integer({ min: 1, max: 50 }), async (json, size) => {
        const { sink, met } = keepAll()
        expect((await split(json, { sink, size })).text).toBe(json)
        expect(met).toEqual([])
      }),
    )
  })
})

describe('what is a payload', () => {
  test('it is told by its content, whether the type comes later, earlier, or names another item', async () => {
    const { sink, met } = keepAll()
    await split(
      response(
        { result: base64, type: 'image_generation_call' },
        { type: 'image_generation_call', result: base64 },
        { type: 'new_call', result: base64 },
      ),
      { sink },
    )
    expect(met.map(({ path }) => path)).toEqual(['output/0/result', 'output/1/result', 'output/2/result'])
    expect(met.every((one) => one.bytes.equals(picture))).toBe(true)
  })

  test.each([
    ['a word', 'done'],
    ['a text with a quote', 'an inch is 1"'],
    ['nothing', ''],
    ['a short run of letters', 'abcd'.repeat(20)],
    ['long prose', 'A sentence, and not base64. '.repeat(300)],
    ['short base64 of text', 'aGVsbG8='],
    ['null', null],
    ['a number', 7],
    ['an object', { text: base64 }],
  ])('a result that is %s stays as it is', async (_, result) => {
    const json = response({ type: 'mcp_call', result }, { result: base64 })
    for (const size of [1, 5, 1000]) {
      const { sink, met } = keepAll()
      const { text } = await split(json, { sink, size })
      expect(text).toBe(response({ type: 'mcp_call', result }, { result: 'ref:0' }))
      expect(met.map(({ path }) => path)).toEqual(['output/1/result'])
    }
  })

  test('a tiny picture is told by its first bytes', async () => {
    const { sink, met } = keepAll()
    await split(response({ result: Buffer.from('GIF89a\x01\x00\x01\x00').toString('base64') }), { sink })
    expect(met[0]?.bytes.toString('latin1')).toBe('GIF89a\x01\x00\x01\x00')
  })

  test('base64 elsewhere, and result elsewhere, stay as they are', async () => {
    const { sink, met } = keepAll()
    const json = JSON.stringify({
      result: base64,
      output: [{ text: base64, deep: { result: base64 } }],
      x: { output: [{ result: base64 }] },
    })
    expect((await split(json, { sink })).text).toBe(json)
    expect(met).toEqual([])
  })

  test('a string that only says it is a data URI stays as it is', async () => {
    const { sink, met } = keepAll()
    const json = response({
      outputs: [{ url: 'data:image/svg+xml,%3Csvg%3E' }, { url: 'https://example.com/a.png' }, { url: 'data:image/png;base64,' }],
    })
    expect((await split(json, { sink, size: 3 })).text).toBe(json)
    expect(met).toEqual([])
  })

  test('a picture with line breaks in its base64 is offered, so that its loss is known', async () => {
    const lines = base64.replaceAll(/.{76}/g, '$&\n')
    const offered: string[] = []
    const { text } = await split(response({ result: lines }), {
      sink: async ({ path, body }) => {
        offered.push(path.join('/'))
        return (await readAll(body)).toString()
      },
    })
    expect({ text, offered }).toEqual({ text: response({ result: lines }), offered: ['output/0/result'] })
  })
})

describe('JSON as others write it', () => {
  test('escapes inside base64 and in keys are understood', async () => {
    const { sink, met } = keepAll()
    const data = Buffer.alloc(900, 0xff)
    const escaped = data.toString('base64').replaceAll('//', String.raw`\/\u002f`)
    const json = `{"output": [ {"\\u0072esult" : "${escaped}", "url":"data:image\\/png" },\n{"outputs":[{"url":"data:image\\/png;base64,${escaped}"}]} ] }`
    for (const size of [1, 2, 3, 7, 1000, 100_000]) await split(json, { sink, size })
    expect(met).toHaveLength(12)
    expect(met.every(({ bytes: got }) => got.equals(data))).toBe(true)
    expect(met[1]?.prefix).toBe('data:image/png;base64,')
  })

  test('big integers, escapes and whitespace of the text are kept', async () => {
    const { sink } = keepAll()
    const json = `{ "n": 12345678901234567890, "s":"\\u00e9\\/\\"", "output":[{"result":"${base64}"}] , "z" : 1.50 }\n`
    expect((await split(json, { sink, size: 11 })).text).toBe(json.replace(base64, 'ref:0'))
  })

  test('what the sink answers is written as a JSON string', async () => {
    const { text } = await split(response({ result: base64 }), { sink: async () => 'a"\\\n' })
    expect(JSON.parse(text)).toEqual({ id: 'resp_1', output: [{ result: 'a"\\\n' }] })
  })
})

describe('payloads that stay', () => {
  test.each([
    ['small', 1],
    ['large', 2],
  ])('a %s one the sink does not want is back in the text', async (size, readings) => {
    const data = size === 'small' ? base64 : large
    const json = response({ result: data }, { result: base64 })
    const offered: string[] = []
    const result = await split(json, {
      sink: async ({ path, body }) => {
        offered.push(path.join('/'))
        await readAll(body)
        return path[1] === 0 ? null : 'kept'
      },
    })
    expect(result).toEqual({ text: response({ result: data }, { result: 'kept' }), readings })
    expect(offered).toEqual(['output/0/result', 'output/1/result'])
  })

  test.each([
    ['a bad character', (data: string) => `${data.slice(0, -8)}!${data.slice(-7)}`],
    ['a line break', (data: string) => `${data.slice(0, -8)}\\n${data.slice(-8)}`],
    ['the URL alphabet', (data: string) => `${data.slice(0, -8)}-_${data.slice(-6)}`],
    ['padding in the middle', (data: string) => `${data.slice(0, -8)}A===${data.slice(-4)}`],
    ['padding missing', (data: string) => data.slice(0, -1)],
    ['bits behind the end', (data: string) => `${data.slice(0, -4)}QR==`],
    ['an escaped quote', (data: string) => `${data.slice(0, -8)}\\"${data.slice(-6)}`],
    ['a letter of another script', (data: string) => `${data.slice(0, -8)}Ł${data.slice(-7)}`],
  ])('one with %s fails for its reader and stays as it is', async (_, spoil) => {
    for (const data of [base64, large]) {
      for (const size of [13, 64 * 1024]) {
        if (data === large && size === 13) continue
        const json = `{"output":[{"result":"${spoil(data)}"}]}`
        const seen: unknown[] = []
        const { text } = await split(json, {
          size,
          sink: ({ body }) =>
            readAll(body).then(
              () => 'never',
              (error: unknown) => {
                seen.push(error)
                return null
              },
            ),
        })
        expect(text).toBe(json)
        expect(seen).toEqual([expect.any(BrokenPayloadError)])
      }
    }
  })

  test('a broken one stays even when the sink lets its error through', async () => {
    const json = response({ result: `${base64.slice(0, -8)}!!!!!!!!` })
    const { sink } = keepAll()
    expect((await split(json, { sink })).text).toBe(json)
  })

  test('one is put back though its chunks are gone by then', async () => {
    const json = response({ result: base64 })
    const source = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of inChunks(Buffer.from(json), 300)) {
        yield chunk
        chunk.fill(0)
      }
    }
    expect(await splitResponse(async () => source(), { sink: ({ body }) => readAll(body).then(() => null) })).toBe(json)
  })

  test('a response that reads differently the second time is not believed', async () => {
    const texts = [response({ result: large }), response({ result: `AAAA${large}` })]
    const reading = splitResponse(async () => inChunks(Buffer.from(texts.shift() ?? '')), {
      sink: ({ body }) => readAll(body).then(() => null),
    })
    await expect(reading).rejects.toThrow('changed between two readings')
  })
})

describe('the flow', () => {
  test('a slow sink is not read ahead of', async () => {
    const json = Buffer.from(response({ result: Buffer.alloc(2_000_000).toString('base64') }))
    let given = 0
    const source = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of inChunks(json, 10_000)) {
        given += chunk.length
        yield chunk
      }
    }
    let most = 0
    await splitResponse(async () => source(), {
      sink: async ({ body }) => {
        let taken = 0
        for await (const chunk of body) {
          taken += chunk.length
          most = Math.max(most, given - taken * (4 / 3))
        }
        return 'kept'
      },
    })
    expect(most).toBeLessThan(300_000)
  })

  test('a sink that stops early gets its answer taken, and the source is read on', async () => {
    const sink = async ({ body }: { body: AsyncIterable<Uint8Array> }): Promise<string> => {
      for await (const _ of body) break
      return 'enough'
    }
    expect((await split(response({ result: base64 }, { result: 'x' }), { sink, size: 100 })).text).toBe(
      response({ result: 'enough' }, { result: 'x' }),
    )
  })

  test('a body kept beyond its sink gives nothing more', async () => {
    const kept: AsyncIterator<Uint8Array>[] = []
    const sink: PayloadSink = async ({ body }) => {
      const iterator = body[Symbol.asyncIterator]()
      kept.push(iterator)
      await iterator.next()
      return 'kept'
    }
    await split(response({ result: large }, { result: base64 }), { sink })
    expect(await Promise.all(kept.map((iterator) => iterator.next()))).toMatchObject([{ done: true }, { done: true }])
  })

  test('what the sink throws comes out, and the source is let go', async () => {
    let released = false
    const source = async function* (): AsyncGenerator<Buffer> {
      try {
        yield* inChunks(Buffer.from(response({ result: base64 })), 100)
      } finally {
        released = true
      }
    }
    const full = new Error('the disk is full')
    await expect(splitResponse(async () => source(), { sink: () => Promise.reject(full) })).rejects.toBe(full)
    expect(released).toBe(true)
  })

  test('a source that breaks inside a payload breaks it for the sink, and comes out whatever the sink says', async () => {
    const reset = new Error('reset')
    const source = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from(`{"output":[{"result":"${base64}`)
      throw reset
    }
    const seen: unknown[] = []
    const reading = splitResponse(async () => source(), {
      sink: async ({ body }) => {
        await readAll(body).catch((error: unknown) => seen.push(error))
        return 'kept'
      },
    })
    await expect(reading).rejects.toBe(reset)
    expect(seen).toEqual([reset])
  })

  test('a reply cut inside a payload is told as cut', async () => {
    const { sink, met } = keepAll()
    await expect(split(`{"output":[{"result":"${base64}`, { sink })).rejects.toThrow('ends inside a string')
    expect(met).toEqual([])
  })

  test('nesting and size have bounds', async () => {
    const { sink } = keepAll()
    await expect(split('['.repeat(100_000), { sink })).rejects.toThrow('nested deeper')
    const long = splitResponse(async () => inChunks(Buffer.alloc(2000, '"')), { sink, maxTextBytes: 1000 })
    await expect(long).rejects.toThrow('larger than 1000 bytes')
  })
})
