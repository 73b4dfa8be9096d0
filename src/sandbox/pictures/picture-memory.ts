import { createHash } from 'node:crypto'
import { setBounded } from '../bounded.ts'
import type { PictureSpec } from './draw-picture.ts'

const MOST_KEPT = 5_000

/** How each picture was made, so that an edit of it shows the same land. */
export interface PictureMemory {
  keep(itemId: string, made: { spec: PictureSpec; bytes: Uint8Array }): void
  byItem(itemId: string): PictureSpec | undefined
  byContent(bytes: Uint8Array): PictureSpec | undefined
}

export function createPictureMemory(): PictureMemory {
  const specs = new Map<string, PictureSpec>()
  const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
  return {
    keep: (itemId, { spec, bytes }) => {
      setBounded(specs, { key: itemId, value: spec, max: MOST_KEPT })
      setBounded(specs, { key: digest(bytes), value: spec, max: MOST_KEPT })
    },
    byItem: (itemId) => specs.get(itemId),
    byContent: (bytes) => specs.get(digest(bytes)),
  }
}
