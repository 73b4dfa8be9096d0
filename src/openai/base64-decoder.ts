import { Buffer } from 'node:buffer'
import { BrokenPayloadError } from '../domain/errors.ts'

export interface Base64Decoder {
  /** A block of bytes when one is full, else null. */
  push(piece: Buffer): Buffer | null
  /** The last bytes; throws when the base64 was cut or badly padded. */
  end(): Buffer
}

/** Blocks rather than chunks of the network: what is written and hashed in large pieces costs less. */
const BLOCK = 128 * 1024
const MINUS = 0x2d
const UNDERSCORE = 0x5f

/**
 * Strict base64 in pieces of any length. Node's decoder skips what it does not know and takes the URL alphabet, so the
 * length tells of the first and a search of the second. The last group waits for the end: only it may be padded.
 */
export function createBase64Decoder(): Base64Decoder {
  let rest = ''
  let block = Buffer.alloc(0)
  let used = 0

  function makeRoom(bytes: number): Buffer | null {
    if (bytes <= block.length - used) return null
    const full = block.subarray(0, used)
    block = Buffer.allocUnsafeSlow(Math.max(BLOCK, bytes))
    used = 0
    return full.length > 0 ? full : null
  }

  return {
    push(piece) {
      if (piece.includes(MINUS) || piece.includes(UNDERSCORE)) throw new BrokenPayloadError('base64 of another alphabet')
      const known = rest.length + piece.length
      const groups = Math.max(0, Math.ceil(known / 4) - 1)
      if (groups === 0) {
        rest += piece.toString('latin1')
        return null
      }
      const full = makeRoom(groups * 3)
      const lead = rest === '' ? 0 : 4 - rest.length
      const cut = groups * 4 - rest.length
      const from = used
      used += block.write(rest + piece.toString('latin1', 0, lead), used, 'base64')
      used += block.write(piece.toString('latin1', lead, cut), used, 'base64')
      if (used !== from + groups * 3) throw new BrokenPayloadError('characters that are no base64')
      rest = piece.toString('latin1', cut)
      return full
    },
    end() {
      const last = Buffer.from(rest, 'base64')
      if (last.toString('base64') !== rest) throw new BrokenPayloadError('base64 that is cut or badly padded')
      const bytes = Buffer.concat([block.subarray(0, used), last])
      block = Buffer.alloc(0)
      return bytes
    },
  }
}
