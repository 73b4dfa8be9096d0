import { Buffer } from 'node:buffer'

/** The keys and indexes that lead to a value. */
export type JsonPath = (string | number)[]

export interface JsonWalker {
  /** The way to the value being read. Changes as the walk goes on: copy it to keep it. */
  readonly path: Readonly<JsonPath>
  /**
   * Reads the chunk from `from` on. Stops behind the opening quote of a wanted string, which the caller then takes with
   * its closing quote, or at the end of the chunk.
   */
  walk(chunk: Uint8Array, from: number): { at: number; stopped: boolean }
}

export class JsonTooDeepError extends Error {
  override name = 'JsonTooDeepError'
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const LONGEST_KEY = 256

/** Follows JSON as its bytes come in any chunks. It keeps its place and does not judge: that is for `JSON.parse`. */
export function createJsonWalker({
  wanted,
  maxDepth = 512,
}: {
  wanted: (path: Readonly<JsonPath>) => boolean
  maxDepth?: number
}): JsonWalker {
  const path: JsonPath = []
  let within: 'structure' | 'key' | 'value' = 'structure'
  let keyNext = false
  let escaped = false
  let key = ''

  function open(first: string | number): void {
    if (path.length === maxDepth) throw new JsonTooDeepError(`nested deeper than ${maxDepth}`)
    path.push(first)
    keyNext = typeof first === 'string'
  }

  function close(): void {
    path.pop()
    keyNext = false
  }

  function comma(): void {
    const last = path.length - 1
    const place = path[last]
    if (typeof place === 'number') path[last] = place + 1
    else keyNext = true
  }

  /** True when a wanted string begins. */
  function structure(byte: number | undefined): boolean {
    if (byte === QUOTE) {
      if (!keyNext && wanted(path)) return true
      within = keyNext ? 'key' : 'value'
      key = ''
    } else if (byte === 0x7b) open('')
    else if (byte === 0x5b) open(0)
    else if (byte === 0x7d || byte === 0x5d) close()
    else if (byte === 0x2c) comma()
    else if (byte === 0x3a) keyNext = false
    return false
  }

  /** The index behind the closing quote, or the chunk's length. */
  function string(chunk: Uint8Array, from: number): number {
    let at = from
    while (at < chunk.length) {
      const byte = chunk[at]
      at += 1
      if (escaped) escaped = false
      else if (byte === BACKSLASH) escaped = true
      else if (byte === QUOTE) {
        if (within === 'key') nameKey(chunk, { from, to: at - 1 })
        within = 'structure'
        return at
      }
    }
    if (within === 'key') keepKey(chunk, { from, to: at })
    return at
  }

  function keepKey(chunk: Uint8Array, { from, to }: { from: number; to: number }): void {
    if (key.length + to - from > LONGEST_KEY) key = key.padEnd(LONGEST_KEY, '…')
    else key += Buffer.from(chunk.buffer, chunk.byteOffset + from, to - from).toString('latin1')
  }

  function nameKey(chunk: Uint8Array, range: { from: number; to: number }): void {
    keepKey(chunk, range)
    path[path.length - 1] = /[\\\u0080-\uffff]/.test(key) ? readKey(key) : key
  }

  return {
    path,
    walk(chunk, from) {
      let at = from
      while (at < chunk.length) {
        if (within !== 'structure') at = string(chunk, at)
        else if (structure(chunk[at++])) return { at, stopped: true }
      }
      return { at, stopped: false }
    },
  }
}

function readKey(raw: string): string {
  try {
    return JSON.parse(`"${Buffer.from(raw, 'latin1').toString()}"`) as string
  } catch {
    return raw
  }
}
