import fc from 'fast-check'
import { expect, test } from 'vitest'
import { peekBytes } from '../../../src/domain/peek-bytes.ts'

interface Source {
  body: AsyncIterable<Uint8Array>
  taken: () => number
  closed: () => boolean
}

function sourceOf(chunks: Uint8Array[]): Source {
  let [taken, closed] = [0, false]
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for (const chunk of chunks) {
        taken += 1
        yield chunk
      }
    } finally {
      closed = true
    }
  }
  return { body: body(), taken: () => taken, closed: () => closed }
}

test('the head is what the stream begins with, and the whole is all of it', async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(chunks, fc.nat(60), async (given, count) => {
      const source = sourceOf(given)
      const { head, whole } = await peekBytes(source.body, count)
      const all = Buffer.concat(given)
      expect(head).toEqual(all.subarray(0, count))
      expect(Buffer.concat(await Array.fromAsync(whole))).toEqual(all)
      expect(source.closed()).toBe(true)
    }),
  )
})

test('no more is read than the head needs', async () => {
  const source = sourceOf(Array.from({ length: 100 }, () => Buffer.alloc(10)))
  await peekBytes(source.body, 25)
  expect(source.taken()).toBe(3)
})

test('a reader that leaves early closes the source', async () => {
  const source = sourceOf([Buffer.alloc(5), Buffer.alloc(5)])
  const { whole } = await peekBytes(source.body, 1)
  for await (const _ of whole) break
  expect(source.closed()).toBe(true)
})

test('a stream that nobody begins to read can be let go of', async () => {
  const source = sourceOf([Buffer.alloc(5), Buffer.alloc(5)])
  const { close } = await peekBytes(source.body, 1)
  close()
  await new Promise(setImmediate)
  expect(source.closed()).toBe(true)
})

test('a source that breaks is told to whoever reads it', async () => {
  async function* breaking(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('abc')
    throw new Error('reset')
  }
  await expect(peekBytes(breaking(), 10)).rejects.toThrow('reset')
  const { head, whole } = await peekBytes(breaking(), 3)
  expect(head.toString()).toBe('abc')
  await expect(Array.fromAsync(whole)).rejects.toThrow('reset')
})
