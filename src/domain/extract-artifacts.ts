import type { Artifact, ArtifactKind, JsonObject, Turn } from './model.ts'
import type { Ids } from './ports.ts'
import { listOf, objectOf, objectsOf, textOf } from './read-json.ts'
import type { KeptPayload } from './store-payload.ts'

const KIND_OF_ITEM = new Map<string, ArtifactKind>([
  ['image_generation_call', 'image'],
  ['code_interpreter_call', 'figure'],
  ['computer_call_output', 'screenshot'],
  ['computer_call', 'screenshot'],
  ['function_call_output', 'input'],
  ['custom_tool_call_output', 'input'],
  ['message', 'audio'],
])

const IMAGE_PARAMS = new Set(['action', 'background', 'output_format', 'quality', 'size', 'status'])

interface Found {
  turn: Turn
  response: JsonObject
  kept: KeptPayload[]
  at: Date
}

/** The artifacts of the payloads that were kept, each described by the item it stood in, and of pictures withheld. */
export function extractArtifacts(ids: Ids, found: Found): Artifact[] {
  const { turn, response, kept, at } = found
  const output = listOf(response.output)
  const artifacts = kept.map((payload): Artifact => {
    const [place, index] = payload.path.split('/')
    const item = (place === 'output' ? objectOf(output[Number(index)]) : null) ?? {}
    const media = payload.stored?.media
    const extension = media?.extension ?? 'bin'
    return {
      ...shared({ turn, item, at }),
      id: payload.artifactId,
      kind: kindOf(item),
      status: payload.stored === null ? 'failed' : 'stored',
      objectKey: payload.stored?.objectKey ?? null,
      filename: `${textOf(item.id) ?? payload.artifactId}.${extension}`.replaceAll(/[^\w.-]/g, '_'),
      contentType: media?.contentType ?? 'application/octet-stream',
      bytes: payload.stored?.bytes ?? null,
      sha256: payload.stored?.sha256 ?? null,
      width: media?.width ?? null,
      height: media?.height ?? null,
      path: payload.path,
      prefix: payload.prefix,
      error: payload.error,
    }
  })
  return [...artifacts, ...withheldPictures(ids, found)]
}

/** Pictures that OpenAI's moderation kept back inside an answer that otherwise finished. */
function withheldPictures(ids: Ids, { turn, response, at }: Found): Artifact[] {
  return objectsOf(response.output).flatMap((item, index) => {
    const error = objectOf(item.error)
    if (item.type !== 'image_generation_call' || error === null || textOf(item.result)) return []
    return {
      ...shared({ turn, item, at }),
      id: ids.derive('art', turn.id, `output/${index}/result`),
      kind: 'image' as const,
      status: error.code === 'moderation_blocked' ? ('blocked' as const) : ('failed' as const),
      objectKey: null,
      filename: (textOf(item.id) ?? `image-${index}`).replaceAll(/[^\w.-]/g, '_'),
      contentType: 'application/octet-stream',
      bytes: null,
      sha256: null,
      width: null,
      height: null,
      path: `output/${index}/result`,
      prefix: '',
      error: textOf(error.message) ?? textOf(error.code) ?? 'withheld',
    }
  })
}

function shared({ turn, item, at }: { turn: Turn; item: JsonObject; at: Date }) {
  return {
    tenantId: turn.tenantId,
    jobId: turn.jobId,
    turnId: turn.id,
    itemId: textOf(item.id),
    itemType: textOf(item.type) ?? 'unknown',
    containerId: textOf(item.container_id),
    fileId: null,
    revisedPrompt: textOf(item.revised_prompt),
    params: Object.fromEntries(Object.entries(item).filter(([name]) => IMAGE_PARAMS.has(name))),
    createdAt: at,
  }
}

function kindOf(item: JsonObject): ArtifactKind {
  return KIND_OF_ITEM.get(textOf(item.type) ?? '') ?? 'file'
}
