import { Buffer } from 'node:buffer'

const MOST_BYTES = 256 * 1024

export interface KeptPieces {
  add(piece: Buffer): void
  /** Null when there were more than are kept. */
  all(): Buffer[] | null
}

/** Copies of the pieces of a string in case it has to be put back: all of a small one, none of a large one. */
export function createKeptPieces(first: Buffer[]): KeptPieces {
  let pieces: Buffer[] | null = []
  let bytes = 0

  function add(piece: Buffer): void {
    bytes += piece.length
    if (bytes > MOST_BYTES) pieces = null
    else pieces?.push(Buffer.from(piece))
  }

  first.forEach(add)
  return { add, all: () => pieces }
}
