import type { ErrorDetail } from './errors.ts'
import type { Json, JsonObject } from './model.ts'

const OUR_METADATA_KEY = 'longhaul_job'
const USER_METADATA_PAIRS = 15
const INCLUDES = ['code_interpreter_call.outputs', 'web_search_call.action.sources']

/** What OpenAI would refuse for sure, or what we set ourselves. `status` is 400 for ours, 422 for OpenAI's. */
export function objectionsTo(request: JsonObject): { status: 400 | 422; details: ErrorDetail[] } | null {
  const ours = [...reservedFields(request), ...metadataFaults(request.metadata)]
  if (ours.length > 0) return { status: 400, details: ours }
  const theirs: ErrorDetail[] = []
  if (typeof request.model !== 'string' || request.model.trim() === '') {
    theirs.push({ field: 'request.model', message: 'is required: name the model OpenAI shall run' })
  }
  if (
    request.input === undefined &&
    request.prompt === undefined &&
    request.previous_response_id === undefined &&
    request.conversation === undefined
  ) {
    theirs.push({ field: 'request.input', message: 'is required: text, or a list of input items' })
  }
  if (given(request.previous_response_id) && given(request.conversation)) {
    theirs.push({ field: 'request.conversation', message: 'cannot be combined with previous_response_id' })
  }
  return theirs.length > 0 ? { status: 422, details: theirs } : null
}

function reservedFields(request: JsonObject): ErrorDetail[] {
  const faults: ErrorDetail[] = []
  if (request.background === false)
    faults.push({ field: 'request.background', message: 'must be left out: every job runs in the background' })
  if (request.store === false)
    faults.push({ field: 'request.store', message: 'must be left out: a response that is not stored cannot be fetched' })
  if (given(request.stream) && request.stream !== false) {
    faults.push({ field: 'request.stream', message: "must be left out: follow the job's events at GET /v1/jobs/{id}/events" })
  }
  return faults
}

function metadataFaults(metadata: Json | undefined): ErrorDetail[] {
  if (!given(metadata)) return []
  const field = 'request.metadata'
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    return [{ field, message: 'must be an object of strings' }]
  const faults: ErrorDetail[] = []
  const pairs = Object.entries(metadata)
  if (OUR_METADATA_KEY in metadata) faults.push({ field: `${field}.${OUR_METADATA_KEY}`, message: 'is set by Longhaul: use another key' })
  if (pairs.length > USER_METADATA_PAIRS)
    faults.push({ field, message: `has ${pairs.length} pairs: at most ${USER_METADATA_PAIRS} (Longhaul needs one)` })
  for (const [key, value] of pairs) {
    if (typeof value !== 'string') faults.push({ field: `${field}.${key}`, message: 'must be a string' })
    else if (value.length > 512) faults.push({ field: `${field}.${key}`, message: 'must have at most 512 characters' })
    if (key.length > 64) faults.push({ field: `${field}.${key.slice(0, 64)}`, message: 'keys must have at most 64 characters' })
  }
  return faults
}

/** The create body as it goes to OpenAI: the user's own, unknown fields included, and the four things we need. */
export function upstreamBody(
  request: JsonObject,
  { jobId, previousResponseId, safetyIdentifier }: { jobId: string; previousResponseId: string | null; safetyIdentifier: string | null },
): JsonObject {
  const include = Array.isArray(request.include) ? request.include : []
  const metadata =
    typeof request.metadata === 'object' && request.metadata !== null && !Array.isArray(request.metadata) ? request.metadata : {}
  const { stream: _stream, ...passed } = request
  return {
    ...passed,
    background: true,
    store: true,
    include: [...include, ...INCLUDES.filter((name) => !include.includes(name))],
    metadata: { ...metadata, [OUR_METADATA_KEY]: jobId },
    ...(previousResponseId !== null && { previous_response_id: previousResponseId }),
    ...(safetyIdentifier !== null && !given(request.safety_identifier) && { safety_identifier: safetyIdentifier }),
  }
}

/** Which job a response says that it belongs to. */
export function jobIdOf(response: JsonObject): string | null {
  const { metadata } = response
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return null
  const id = metadata[OUR_METADATA_KEY]
  return typeof id === 'string' ? id : null
}

function given(value: Json | undefined): value is Json {
  return value !== undefined && value !== null
}
