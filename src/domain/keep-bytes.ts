import type { Context } from './context.ts'
import type { Turn } from './model.ts'
import { peekBytes } from './peek-bytes.ts'
import type { Peeked } from './peek-bytes.ts'
import { sniffMedia, SNIFF_BYTES } from './sniff-media.ts'
import type { Media } from './sniff-media.ts'

export interface Kept {
  objectKey: string
  bytes: number
  sha256: string
  media: Media
}

/** What a stream came to. A fault of our own store is thrown; one of the stream's source is told. */
export type KeepOutcome = { outcome: 'kept'; kept: Kept } | { outcome: 'no_media' } | { outcome: 'source_failed'; error: unknown }

interface Keep {
  turn: Turn
  artifactId: string
  body: AsyncIterable<Uint8Array>
  /** What to call bytes that do not tell what they are; null: such bytes are not kept. */
  otherwise: Media | null
  signal?: AbortSignal
}

/** Stores a stream under a key made of our own ids alone, its type told by its first bytes. */
export async function keepBytes(app: Context, { turn, artifactId, body, otherwise, signal }: Keep): Promise<KeepOutcome> {
  let failed: { error: unknown } | null = null
  let peeked: Peeked | null = null
  try {
    peeked = await peekBytes(watch(body), SNIFF_BYTES)
    const { head, whole } = peeked
    const media = sniffMedia(head) ?? otherwise
    if (media === null) {
      for await (const _ of whole) continue
      return { outcome: 'no_media' }
    }
    const objectKey = `${turn.tenantId}/${turn.jobId}/${artifactId}.${media.extension}`
    const { bytes, sha256 } = await app.objects.put(objectKey, whole, { contentType: media.contentType, ...(signal && { signal }) })
    return { outcome: 'kept', kept: { objectKey, bytes, sha256, media } }
  } catch (error) {
    peeked?.close() // a store that is away never began to read
    // An adapter may wrap what its source threw, so the source is watched itself.
    if (failed === null) throw error
    return { outcome: 'source_failed', error: (failed as { error: unknown }).error }
  }

  async function* watch(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* source
    } catch (error) {
      failed = { error }
      throw error
    }
  }
}
