import { PassThrough, Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readBody, readFleeting, readText } from '../../../src/openai/read-body.ts'

const idleMs = 1000

/** A reply whose bytes come when the test says so. */
function pacedReply(): { reply: Response; give: (text: string) => void; end: () => void; cancelled: () => boolean } {
  let cancelled = false
  let sender: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      sender = controller
    },
    cancel() {
      cancelled = true
    },
  })
  return {
    reply: new Response(body),
    give: (text) => sender?.enqueue(new TextEncoder().encode(text)),
    end: () => sender?.close(),
    cancelled: () => cancelled,
  }
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('a body may take as long as it likes while bytes come', async () => {
  const { reply, give } = pacedReply()
  const body = readBody(reply, { idleMs })
  for (let chunk = 0; chunk < 5; chunk += 1) {
    const next = body.next()
    await vi.advanceTimersByTimeAsync(idleMs - 1)
    give('x')
    expect((await next).done).toBe(false)
  }
})

test('a slow reader is not taken for a slow network', async () => {
  const { reply, give, cancelled } = pacedReply()
  const body = readBody(reply, { idleMs })
  give('a')
  await body.next()
  await vi.advanceTimersByTimeAsync(100 * idleMs)
  give('b')
  expect((await body.next()).value).toEqual(new TextEncoder().encode('b'))
  expect(cancelled()).toBe(false)
})

test('silence ends the wait and the connection', async () => {
  const { reply, cancelled } = pacedReply()
  const failed = readBody(reply, { idleMs }).next().catch(String)
  await vi.advanceTimersByTimeAsync(idleMs)
  expect(await failed).toContain('no byte of the reply came for 1000 ms')
  expect(cancelled()).toBe(true)
})

test('a reader that stops lets the connection go, and no timer is left', async () => {
  const { reply, give, cancelled } = pacedReply()
  give('a')
  for await (const _ of readBody(reply, { idleMs })) break
  expect(cancelled()).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
})

test('a fleeting chunk is gone once the next is asked for', async () => {
  const chunks = ['a', 'b'].map((text) => Buffer.from(new TextEncoder().encode(text).buffer))
  const lengths: number[] = []
  let last: Uint8Array = new Uint8Array()
  for await (const chunk of readFleeting(Readable.from(chunks), { idleMs })) {
    lengths.push(last.byteLength, chunk.byteLength)
    last = chunk
  }
  expect(lengths).toEqual([0, 1, 0, 1])
})

test('a fleeting body that stops coming is given up, and a slow reader is not held against it', async () => {
  const stream = new PassThrough()
  const chunks = readFleeting(stream, { idleMs })
  stream.write('a')
  expect((await chunks.next()).value).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(10 * idleMs)
  const failed = chunks.next().catch(String)
  await vi.advanceTimersByTimeAsync(idleMs)
  expect(await failed).toContain(`no byte of the reply came for ${idleMs} ms`)
  expect(stream.destroyed).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
})

test('a text has one limit of time and one of size', async () => {
  const late = pacedReply()
  const failed = readText(late.reply, { timeoutMs: 1000, maxBytes: 10 }).catch(String)
  for (let chunk = 0; chunk < 2; chunk += 1) {
    await vi.advanceTimersByTimeAsync(600)
    late.give('x')
  }
  expect(await failed).toContain('took longer than 1000 ms')
  const large = readText(new Response('x'.repeat(11)), { timeoutMs: 1000, maxBytes: 10 })
  await expect(large).rejects.toThrow('larger than 10 bytes')
})
