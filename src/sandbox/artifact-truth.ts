import { createHash } from 'node:crypto'
import { setBounded } from './bounded.ts'

/** What the sandbox made, told to tests so that they can compare what was stored. */
export interface TrueArtifact {
  responseId: string
  kind: 'image' | 'figure' | 'file'
  itemId?: string
  containerId?: string
  fileId?: string
  filename?: string
  cited?: boolean
  contentType: string
  bytes: number
  sha256: string
}

export interface ArtifactTruth {
  readonly byResponse: ReadonlyMap<string, readonly TrueArtifact[]>
  note(artifact: Omit<TrueArtifact, 'bytes' | 'sha256'>, content: Uint8Array): void
}

export function createArtifactTruth(): ArtifactTruth {
  const byResponse = new Map<string, TrueArtifact[]>()
  return {
    byResponse,
    note: (artifact, content) => {
      const truth = { ...artifact, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
      const value = [...(byResponse.get(artifact.responseId) ?? []), truth]
      setBounded(byResponse, { key: artifact.responseId, value, max: 20_000 })
    },
  }
}
