import { Buffer } from 'node:buffer'
import { createJsonWalker } from './json-walker.ts'

export interface InlinePayload {
  /** The string that stands at the path now. */
  reference: string
  /** What goes before the base64. */
  prefix: string
  /** Null when the bytes are gone: the reference then stays. */
  open(): Promise<AsyncIterable<Uint8Array> | null>
}

const SLICE = 64 * 1024
const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * The JSON text with payloads put back as base64 where they were taken out, as a stream. `payloads` is keyed by path
 * (`output/0/result`): a text in which a model wrote a reference stays as it is.
 */
export async function* inlinePayloads(
  text: string,
  { payloads }: { payloads: ReadonlyMap<string, InlinePayload> },
): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  const walker = createJsonWalker({ wanted: (path) => payloads.has(path.join('/')) })
  let written = 0
  let at = 0
  while (at < bytes.length) {
    const step = walker.walk(bytes, at)
    at = step.at
    if (!step.stopped) break
    const end = closingQuote(bytes, at)
    const payload = payloads.get(walker.path.join('/'))
    const value = stringValue(bytes.subarray(at - 1, end + 1))
    const body = payload !== undefined && value === payload.reference ? await payload.open() : null
    if (payload !== undefined && body !== null) {
      yield* slices(bytes.subarray(written, at))
      yield Buffer.from(JSON.stringify(payload.prefix).slice(1, -1))
      yield* base64(body)
      written = end
    }
    at = end + 1
  }
  yield* slices(bytes.subarray(written))
}

function closingQuote(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return Math.min(at, bytes.length)
}

function stringValue(literal: Buffer): unknown {
  try {
    return JSON.parse(literal.toString())
  } catch {
    return undefined
  }
}

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += SLICE) yield bytes.subarray(at, at + SLICE)
}

async function* base64(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of body) {
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const whole = bytes.length - (bytes.length % 3)
    for (let at = 0; at < whole; at += 3 * SLICE) {
      yield Buffer.from(bytes.toString('base64', at, Math.min(at + 3 * SLICE, whole)), 'latin1')
    }
    rest = Buffer.from(bytes.subarray(whole))
  }
  if (rest.length > 0) yield Buffer.from(rest.toString('base64'), 'latin1')
}
