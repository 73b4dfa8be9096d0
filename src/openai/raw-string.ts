import type { Buffer } from 'node:buffer'
import type { ByteCursor } from './byte-cursor.ts'
import { UnreadableReplyError } from './unreadable-reply-error.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** More than a chunk from the network: only to keep the event loop free when a chunk is huge. */
const LONGEST_PIECE = 256 * 1024

export interface RawString {
  /** The next bytes as they stand between the quotes; null once the closing quote is taken. */
  next(): Promise<Buffer | null>
  /** All that `next` would still give. */
  rest(): AsyncGenerator<Buffer>
  /** How many bytes were given so far. */
  length(): number
}

/** A JSON string whose opening quote has just been read. */
export function readRawString(cursor: ByteCursor): RawString {
  let escaped = false
  let closed = false
  let length = 0

  function closingQuote(piece: Buffer): number {
    const quote = piece.indexOf(QUOTE)
    const plain = quote === -1 ? piece : piece.subarray(0, quote)
    if (!escaped && !plain.includes(BACKSLASH)) return quote
    for (const [at, byte] of piece.entries()) {
      if (escaped) escaped = false
      else if (byte === BACKSLASH) escaped = true
      else if (byte === QUOTE) return at
    }
    return -1
  }

  async function next(): Promise<Buffer | null> {
    if (closed) return null
    if (!(await cursor.more())) throw new UnreadableReplyError('the reply ends inside a string')
    const piece = cursor.chunk.subarray(cursor.at, cursor.at + LONGEST_PIECE)
    const quote = closingQuote(piece)
    closed = quote !== -1
    cursor.at += closed ? quote + 1 : piece.length
    const raw = closed ? piece.subarray(0, quote) : piece
    length += raw.length
    return raw
  }

  async function* rest(): AsyncGenerator<Buffer> {
    for (let piece = await next(); piece !== null; piece = await next()) yield piece
  }

  return { next, rest, length: () => length }
}
