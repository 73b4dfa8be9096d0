import type { Readable } from 'node:stream'
import { UnreadableReplyError } from './unreadable-reply-error.ts'

export class BodyTimeoutError extends Error {
  override name = 'BodyTimeoutError'
}

/** The body in chunks. Only waiting for the network counts as idle: a slow reader may take its time. */
export async function* readBody(response: Response, { idleMs }: { idleMs: number }): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (response.body === null) return
  const reader = response.body.getReader()
  let waiting = false
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = waiting
    if (timedOut) reader.cancel().catch(() => undefined)
  }, idleMs)
  try {
    while (true) {
      waiting = true
      timer.refresh()
      const { done, value } = await reader.read()
      waiting = false
      if (timedOut) throw new BodyTimeoutError(`no byte of the reply came for ${idleMs} ms`)
      if (done) return
      yield value
    }
  } finally {
    clearTimeout(timer)
    await reader.cancel().catch(() => undefined)
  }
}

/**
 * Node's own stream in chunks, each gone once the next is asked for. Its memory is given back at once: left to the
 * collector, as much of it as the collector pleases would wait.
 */
export async function* readFleeting(stream: Readable, { idleMs }: { idleMs: number }): AsyncGenerator<Uint8Array> {
  let waiting = true
  const timer = setTimeout(() => {
    if (waiting) stream.destroy(new BodyTimeoutError(`no byte of the reply came for ${idleMs} ms`))
  }, idleMs)
  try {
    for await (const chunk of stream as AsyncIterable<Buffer<ArrayBuffer>>) {
      waiting = false
      yield chunk
      if (chunk.byteLength === chunk.buffer.byteLength) chunk.buffer.transfer(0)
      waiting = true
      timer.refresh()
    }
  } finally {
    clearTimeout(timer)
    stream.destroy()
  }
}

/** A small body as text, within one time limit. */
export async function readText(response: Response, { timeoutMs, maxBytes }: { timeoutMs: number; maxBytes: number }): Promise<string> {
  const deadline = performance.now() + timeoutMs
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of readBody(response, { idleMs: timeoutMs })) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new UnreadableReplyError(`the reply is larger than ${maxBytes} bytes`)
    if (performance.now() > deadline) throw new BodyTimeoutError(`the reply took longer than ${timeoutMs} ms`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Lets go of a body nobody reads, and with it of its connection. */
export async function dropBody(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined)
}
