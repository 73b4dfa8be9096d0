import { Buffer } from 'node:buffer'
import type { RawString } from './raw-string.ts'
import { TELLING_LENGTH } from './recognise-payload.ts'

export interface StringHead {
  /** As received, with its escapes. */
  raw: Buffer[]
  /** What they say. */
  plain: Buffer
  /** The part to judge by. */
  start: string
}

export async function readHead(string: RawString, unescape: (piece: Buffer) => Buffer): Promise<StringHead> {
  const raw: Buffer[] = []
  const parts: Buffer[] = []
  let length = 0
  while (length < TELLING_LENGTH) {
    const piece = await string.next()
    if (piece === null) break
    const own = Buffer.from(piece)
    raw.push(own)
    const part = unescape(own)
    parts.push(part)
    length += part.length
  }
  const [only, ...more] = parts
  const plain = only !== undefined && more.length === 0 ? only : Buffer.concat(parts)
  return { raw, plain, start: plain.toString('latin1', 0, TELLING_LENGTH) }
}
