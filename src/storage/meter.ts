import { createHash } from 'node:crypto'
import type { StoredObject } from '../domain/ports.ts'

export interface Meter {
  /** The same bytes, counted and hashed as they pass. */
  read(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void>
  /** Once only, after all has passed. */
  result(): StoredObject
}

export function createMeter(): Meter {
  const hash = createHash('sha256')
  let bytes = 0
  return {
    async *read(source) {
      for await (const chunk of source) {
        hash.update(chunk)
        bytes += chunk.byteLength
        yield chunk
      }
    },
    result: () => ({ bytes, sha256: hash.digest('hex') }),
  }
}
