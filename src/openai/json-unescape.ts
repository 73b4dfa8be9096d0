import { Buffer } from 'node:buffer'

const BACKSLASH = 0x5c
const CUT_ESCAPE = /\\(?:u[0-9a-fA-F]{0,3})?$/

/**
 * Undoes the escapes of a JSON string that arrives in pieces. Base64 needs none, but `\/` is legal and some send it.
 * A piece with escapes that JSON does not know is given back as it is: its backslashes are no base64 either.
 */
export function createJsonUnescape(): (piece: Buffer) => Buffer {
  let cut = ''
  return (piece) => {
    if (cut === '' && !piece.includes(BACKSLASH)) return piece
    const text = cut + piece.toString('latin1')
    cut = CUT_ESCAPE.exec(text)?.[0] ?? ''
    try {
      return Buffer.from(JSON.parse(`"${text.slice(0, text.length - cut.length)}"`) as string)
    } catch {
      return piece
    }
  }
}
