import { Buffer } from 'node:buffer'

/** A string shorter than this is judged as a whole, a longer one by as much of its start. */
export const TELLING_LENGTH = 512

const DATA_URI = /^data:[\w.+/-]*(?:;[\w.+-]+=[^;,"]*)*;base64,/i
const SHORTEST_BARE = 256
const MAGIC = [
  [0x89, 0x50, 0x4e, 0x47],
  [0xff, 0xd8, 0xff],
  [0x47, 0x49, 0x46, 0x38],
  [0x52, 0x49, 0x46, 0x46],
  [0x25, 0x50, 0x44, 0x46],
  [0x49, 0x44, 0x33],
  [0x4f, 0x67, 0x67, 0x53],
  [0x66, 0x4c, 0x61, 0x43],
]

/**
 * Whether a string is a base64 payload, judged by its start: `type` may come later and does not bind, and `result` may
 * hold plain text. Gives the data URI's head (or nothing), or null for a string to leave alone.
 */
export function recognisePayload(start: string): { prefix: string } | null {
  const prefix = DATA_URI.exec(start)?.[0]
  if (prefix !== undefined) return start.length > prefix.length ? { prefix } : null
  const bare = start.length >= SHORTEST_BARE ? /^[A-Za-z0-9+/]{64}/.test(start) : isSmallMedia(start)
  return bare ? { prefix: '' } : null
}

function isSmallMedia(text: string): boolean {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) && hasMagic(Buffer.from(text, 'base64'))
}

function hasMagic(bytes: Buffer): boolean {
  return MAGIC.some((magic) => magic.every((byte, at) => bytes[at] === byte)) || /^\s*<(?:svg|\?xml)/.test(bytes.toString('latin1'))
}
