import type { Context } from './context.ts'
import { BrokenPayloadError } from './errors.ts'
import { keepBytes } from './keep-bytes.ts'
import type { Kept } from './keep-bytes.ts'
import type { Turn } from './model.ts'
import type { Payload, PayloadSink } from './ports.ts'
import type { Media } from './sniff-media.ts'

/** A payload taken out of a response, before it is known which item it belongs to. */
export interface KeptPayload {
  artifactId: string
  path: string
  prefix: string
  stored: Kept | null
  error: string | null
}

const IMAGE_RESULT = /^output\/\d+\/result$/
const UNKNOWN: Media = { contentType: 'application/octet-stream', extension: 'bin', width: null, height: null }

const REFERENCE = 'longhaul:artifact/'

export function reference(artifactId: string): string {
  return REFERENCE + artifactId
}

export function isReference(text: string): boolean {
  return text.startsWith(REFERENCE)
}

/** A sink that stores each payload under an id made of its place, so that reading a response twice makes one object. */
export function createPayloadSink(
  app: Context,
  { turn, signal }: { turn: Turn; signal: AbortSignal },
): { sink: PayloadSink; kept: KeptPayload[] } {
  const kept: KeptPayload[] = []
  return {
    kept,
    sink: async (payload) => {
      const one = await keepPayload(app, { turn, payload, signal })
      kept.push(one)
      return one.stored === null ? null : reference(one.artifactId)
    },
  }
}

async function keepPayload(
  app: Context,
  { turn, payload, signal }: { turn: Turn; payload: Payload; signal: AbortSignal },
): Promise<KeptPayload> {
  const path = payload.path.join('/')
  const artifactId = app.ids.derive('art', turn.id, path)
  const base = { artifactId, path, prefix: payload.prefix, stored: null }
  const otherwise = IMAGE_RESULT.test(path) ? null : mediaOfPrefix(payload.prefix)
  const result = await keepBytes(app, { turn, artifactId, body: payload.body, otherwise, signal })
  switch (result.outcome) {
    case 'kept':
      return { ...base, stored: result.kept, error: null }
    case 'no_media':
      return { ...base, error: 'the bytes are no picture of a known format' }
    case 'source_failed':
      if (result.error instanceof BrokenPayloadError) return { ...base, error: result.error.message }
      throw result.error
    default:
      return result satisfies never
  }
}

/** What to call bytes that do not tell what they are: a data URI names a type, and only harmless ones are taken at their word. */
export function mediaOfPrefix(prefix: string): Media {
  const type = /^data:(text\/csv|text\/plain|application\/json)[;,]/.exec(prefix)?.[1]
  if (type === undefined) return UNKNOWN
  const extension = { 'text/csv': 'csv', 'text/plain': 'txt', 'application/json': 'json' }[type] ?? 'bin'
  return { ...UNKNOWN, contentType: type, extension }
}
