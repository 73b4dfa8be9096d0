import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { Context } from './context.ts'
import { mapInputs } from './map-inputs.ts'
import type { Artifact, JsonObject } from './model.ts'
import { isReference, reference } from './store-payload.ts'

export type RestoredInputs =
  | { outcome: 'restored'; request: JsonObject }
  /** The bytes were stored and are not there any more, or are others. */
  | { outcome: 'gone'; message: string }

/**
 * The create body as it was submitted, payloads in place. A reference counts only where it names an input of this very
 * job: one that somebody wrote himself stays the text it is. Throws while the object store is away.
 */
export async function restoreInputs(
  app: Context,
  { jobId, request, signal }: { jobId: string; request: JsonObject; signal: AbortSignal },
): Promise<RestoredInputs> {
  const named = new Set<string>()
  mapInputs(request, ({ value }) => {
    if (isReference(value)) named.add(value)
    return value
  })
  if (named.size === 0) return { outcome: 'restored', request }
  const texts = new Map<string, string>()
  for (const artifact of await app.store.artifacts.listForJob(jobId)) {
    const name = reference(artifact.id)
    if (artifact.kind !== 'input' || artifact.objectKey === null || !named.has(name)) continue
    const bytes = await readWhole(app, { key: artifact.objectKey, artifact, signal })
    if (bytes === null) return { outcome: 'gone', message: `The input ${artifact.id} is no longer in the object store as it was kept.` }
    texts.set(name, artifact.prefix + bytes.toString('base64'))
  }
  return { outcome: 'restored', request: mapInputs(request, ({ value }) => texts.get(value) ?? value) }
}

/** Read into one buffer of the right size; null when there is none, or not the same. */
async function readWhole(
  app: Context,
  { key, artifact, signal }: { key: string; artifact: Artifact; signal: AbortSignal },
): Promise<Buffer | null> {
  const found = await app.objects.get(key, { signal })
  if (found === null || found.bytes !== artifact.bytes) return null
  const whole = Buffer.allocUnsafe(found.bytes)
  let at = 0
  for await (const chunk of found.body) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return at === whole.length && createHash('sha256').update(whole).digest('hex') === artifact.sha256 ? whole : null
}
