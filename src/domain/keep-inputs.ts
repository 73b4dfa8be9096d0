import type { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { Context } from './context.ts'
import { AppError, StorageFullError } from './errors.ts'
import { decodeExactly, findInputs } from './find-inputs.ts'
import type { InlineInput } from './find-inputs.ts'
import { keepBytes } from './keep-bytes.ts'
import { inputKey } from './known-inputs.ts'
import type { KnownInputs } from './known-inputs.ts'
import { mapInputs } from './map-inputs.ts'
import type { InputPlace } from './map-inputs.ts'
import type { Artifact, JsonObject, Turn } from './model.ts'
import { textOf } from './read-json.ts'
import { mediaOfPrefix, reference } from './store-payload.ts'

/** The inputs of a submission that is not accepted yet. What was stored is removed again unless `keep` is called. */
export interface KeptInputs extends AsyncDisposable {
  /** The create body, each payload in it replaced by its reference. */
  request: JsonObject
  artifacts: Artifact[]
  /** To be called as the last step before the commit: from then on a row may name the objects. */
  keep(): void
}

const SLICE = 64 * 1024
const RETRY_SECONDS = 5
/** Room is made by people, or by retention. */
const FULL_SECONDS = 60
const NO_ROOM = 'The object store has no room, so the input could not be kept and nothing was accepted: try again once there is room.'

/**
 * Stores what a request brings along as base64, so that its row need not hold it, and notes the files that it names.
 * One payload is in hand at a time. Only base64 that can be put back as it was is taken out. What is `known` is not
 * stored again.
 */
export async function keepInputs(
  app: Context,
  { turn, request, known = new Map() }: { turn: Turn; request: JsonObject; known?: KnownInputs },
): Promise<KeptInputs> {
  const found = findInputs(request)
  const references = new Map<string, string>()
  const artifacts = found.files.map((place) => fileArtifact(app, { turn, place }))
  let orphaned = true
  async function dispose(): Promise<void> {
    if (orphaned) await removeObjects(app, artifacts)
  }
  try {
    for (const input of found.inline) {
      const bytes = decodeExactly(input.value.slice(input.prefix.length))
      if (bytes === null) continue
      const there = known.get(inputKey(input.prefix, createHash('sha256').update(bytes).digest('hex')))
      const artifact = there === undefined ? await storeInput(app, { turn, input, bytes }) : null
      if (artifact !== null) artifacts.push(artifact)
      references.set(input.value, there ?? reference(artifact?.id ?? ''))
    }
  } catch (error) {
    await dispose()
    app.log.warn({ error, job_id: turn.jobId }, 'storage.unavailable')
    if (error instanceof StorageFullError)
      throw new AppError('storage_full', { status: 507, message: NO_ROOM, retryAfterSeconds: FULL_SECONDS })
    const message = 'The object store cannot be reached just now, so the input could not be kept and nothing was accepted: try again.'
    throw new AppError('unavailable', { status: 503, message, retryAfterSeconds: RETRY_SECONDS })
  }
  return {
    request: references.size === 0 ? request : mapInputs(request, ({ value }) => references.get(value) ?? value),
    artifacts,
    keep: () => {
      orphaned = false
    },
    [Symbol.asyncDispose]: dispose,
  }
}

async function storeInput(app: Context, { turn, input, bytes }: { turn: Turn; input: InlineInput; bytes: Buffer }): Promise<Artifact> {
  // Another id each time: whoever comes to nothing removes what he stored, and must not remove another's.
  const id = app.ids.next('art')
  const result = await keepBytes(app, { turn, artifactId: id, body: slices(bytes), otherwise: mediaOfPrefix(input.prefix) })
  if (result.outcome !== 'kept') throw new Error(`an input could not be read: ${result.outcome}`)
  const { media, ...stored } = result.kept
  const { extension, ...told } = media
  const filename = textOf(input.holder.filename) ?? `${id}.${extension}`
  return { ...describe(turn, { id, place: input, filename }), ...stored, ...told, prefix: input.prefix }
}

/** Its bytes are with OpenAI, which has them under this id: here it has none. */
function fileArtifact(app: Context, { turn, place }: { turn: Turn; place: InputPlace }): Artifact {
  const fileId = place.value
  const id = app.ids.derive('art', turn.jobId, `file ${fileId}`)
  return { ...describe(turn, { id, place, filename: textOf(place.holder.filename) ?? fileId }), fileId }
}

function describe(turn: Turn, { id, place, filename }: { id: string; place: InputPlace; filename: string }): Artifact {
  return {
    id,
    tenantId: turn.tenantId,
    jobId: turn.jobId,
    turnId: turn.id,
    kind: 'input',
    status: 'stored',
    objectKey: null,
    filename: filename.slice(0, 255),
    contentType: 'application/octet-stream',
    bytes: null,
    sha256: null,
    width: null,
    height: null,
    itemId: null,
    itemType: /\/(input_image_mask)\//.exec(place.path)?.[1] ?? textOf(place.holder.type) ?? 'input',
    containerId: null,
    fileId: null,
    path: place.path,
    prefix: '',
    revisedPrompt: null,
    params: {},
    error: null,
    createdAt: turn.createdAt,
  }
}

async function removeObjects(app: Context, artifacts: Artifact[]): Promise<void> {
  const keys = artifacts.flatMap(({ objectKey }) => objectKey ?? [])
  if (keys.length === 0) return
  await app.objects.remove(keys).catch((error: unknown) => app.log.warn({ error, keys }, 'inputs.orphaned'))
}

async function* slices(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SLICE) yield bytes.subarray(at, at + SLICE)
}
