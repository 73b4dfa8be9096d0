import type { Json, JsonObject, UpstreamError } from '../../src/domain/model.ts'
import type { ContainerContent, CreateOutcome, OpenAi, RetrieveOutcome } from '../../src/domain/ports.ts'

type Retrieve = OpenAi['retrieve']

/** OpenAI as the test tells it: each answer is programmed, each call is kept. */
export class ScriptedOpenAi implements OpenAi {
  readonly created: JsonObject[] = []
  readonly retrieved: string[] = []
  readonly cancelled: string[] = []
  readonly removed: string[] = []

  onCreate: OpenAi['create'] = async () => ({
    outcome: 'created',
    response: { id: `resp_${this.created.length}`, status: 'queued', model: 'gpt-x-2026-01-01' },
  })
  onRetrieve: Retrieve = async (id) => found({ id, status: 'in_progress' })
  onCancel: OpenAi['cancel'] = async () => ({ outcome: 'asked' })
  onRemove: OpenAi['remove'] = async () => undefined
  onList: OpenAi['listContainerFiles'] = async () => []
  onFile: OpenAi['containerFile'] = async () => ({ outcome: 'gone' })

  create(...args: Parameters<OpenAi['create']>): Promise<CreateOutcome> {
    this.created.push(args[0])
    return this.onCreate(...args)
  }

  retrieve(...args: Parameters<Retrieve>): Promise<RetrieveOutcome> {
    this.retrieved.push(args[0])
    return this.onRetrieve(...args)
  }

  cancel(...args: Parameters<OpenAi['cancel']>): ReturnType<OpenAi['cancel']> {
    this.cancelled.push(args[0])
    return this.onCancel(...args)
  }

  remove(...args: Parameters<OpenAi['remove']>): Promise<void> {
    this.removed.push(args[0])
    return this.onRemove(...args)
  }

  listContainerFiles(...args: Parameters<OpenAi['listContainerFiles']>): ReturnType<OpenAi['listContainerFiles']> {
    return this.onList(...args)
  }

  containerFile(...args: Parameters<OpenAi['containerFile']>): Promise<ContainerContent> {
    return this.onFile(...args)
  }
}

export function found(response: JsonObject): RetrieveOutcome {
  return { outcome: 'found', text: JSON.stringify(response), response }
}

/** A reply with payloads in it: each goes through the sink, as the adapter does it. */
export function answering(response: JsonObject, payloads: Record<string, AsyncIterable<Uint8Array>> = {}): Retrieve {
  return async (_id, { sink }) => {
    const read = structuredClone(response)
    for (const [path, body] of Object.entries(payloads)) {
      const steps = path.split('/').map((step) => (/^\d+$/.test(step) ? Number(step) : step))
      const taken = await sink({ path: steps, prefix: '', body })
      if (taken !== null) put(read, steps, taken)
    }
    return found(read)
  }
}

function put(at: JsonObject, steps: (string | number)[], value: string): void {
  let place: Json = at
  for (const step of steps.slice(0, -1)) place = (place as Record<string | number, Json>)[step] ?? {}
  ;(place as Record<string | number, Json>)[steps.at(-1) ?? ''] = value
}

export async function* bytes(...chunks: (Uint8Array | string)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

export function upstreamError(change: Partial<UpstreamError> = {}): UpstreamError {
  return { status: null, code: null, type: null, param: null, message: 'it went wrong', requestId: null, ...change }
}

export function message(text: string, annotations: Json[] = []): JsonObject {
  return { type: 'message', role: 'assistant', content: [{ type: 'output_text', text, annotations }] }
}

/** The smallest head that a PNG is known by. */
export function pngBytes(width = 2, height = 3): Buffer {
  const head = Buffer.alloc(33)
  head.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  head.writeUInt32BE(13, 8)
  head.write('IHDR', 12, 'latin1')
  head.writeUInt32BE(width, 16)
  head.writeUInt32BE(height, 20)
  return head
}
