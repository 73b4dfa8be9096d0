import type { Buffer } from 'node:buffer'
import { createBase64Decoder } from './base64-decoder.ts'

export interface PayloadBody {
  bytes: AsyncGenerator<Uint8Array>
  /** What ended the reading early, whether or not its reader has passed it on. */
  failure(): unknown
}

/** The bytes that base64 stands for, decoded as they are asked for. */
export function createPayloadBody(base64: AsyncIterable<Buffer>): PayloadBody {
  let failure: unknown

  async function* decoded(): AsyncGenerator<Uint8Array> {
    try {
      const decoder = createBase64Decoder()
      for await (const piece of base64) {
        const block = decoder.push(piece)
        if (block !== null) yield block
      }
      yield decoder.end()
    } catch (error) {
      failure = error
      throw error
    }
  }

  return { bytes: decoded(), failure: () => failure }
}
