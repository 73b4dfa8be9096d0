import type { PayloadSink } from '../../../src/domain/ports.ts'
import { splitResponse } from '../../../src/openai/response-splitter.ts'

export interface Met {
  path: string
  prefix: string
  bytes: Buffer
}

export async function* inChunks(bytes: Buffer, size: number | (() => number) = 64 * 1024): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length;) {
    const step = typeof size === 'number' ? size : size()
    yield Buffer.from(bytes.subarray(at, at + step))
    at += step
  }
}

export async function readAll(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A sink that reads all it is given and names each payload by its order. */
export function keepAll(): { sink: PayloadSink; met: Met[] } {
  const met: Met[] = []
  return {
    met,
    sink: async ({ path, prefix, body }) => {
      const bytes = await readAll(body)
      met.push({ path: path.join('/'), prefix, bytes })
      return `ref:${met.length - 1}`
    },
  }
}

/** Splits a text, as often as it is asked to be read. */
export async function split(
  json: string,
  { sink, size }: { sink: PayloadSink; size?: number | (() => number) },
): Promise<{ text: string; readings: number }> {
  let readings = 0
  const text = await splitResponse(
    async () => {
      readings += 1
      return inChunks(Buffer.from(json), size)
    },
    { sink },
  )
  return { text, readings }
}
