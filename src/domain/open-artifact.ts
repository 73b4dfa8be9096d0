import type { Context } from './context.ts'
import type { Artifact } from './model.ts'
import type { ByteRange } from './ports.ts'

export type OpenedArtifact =
  | { outcome: 'open'; body: AsyncIterable<Uint8Array> } // 200, 206
  | { outcome: 'gone' } // 410: the row says stored, the object store has nothing
  | { outcome: 'damaged' } // 502: not as many bytes as were stored
  | { outcome: 'away'; fault: unknown } // 503

/** The bytes of a stored artifact, or of one range of it. */
export async function openArtifact(
  app: Context,
  { artifact, range, signal }: { artifact: Artifact & { objectKey: string }; range: ByteRange | null; signal: AbortSignal },
): Promise<OpenedArtifact> {
  let found
  try {
    found = await app.objects.get(artifact.objectKey, { ...(range !== null && { range }), signal })
  } catch (fault) {
    return { outcome: 'away', fault }
  }
  if (found === null) return { outcome: 'gone' }
  return found.bytes === artifact.bytes ? { outcome: 'open', body: found.body } : { outcome: 'damaged' }
}
