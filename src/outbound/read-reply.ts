import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

const maxBytes = 4096

/** The beginning of the body, as far as it came: a status that is known is not lost to a body that breaks off. */
export async function readReply(reply: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const part of reply as AsyncIterable<Buffer>) {
      parts.push(part)
      bytes += part.byteLength
      if (bytes >= maxBytes) break
    }
  } catch {
    // Cut, reset or too slow: what came is the reply.
  }
  // A stream's end drops half a letter at the cut; NUL cannot be kept in a text column.
  const text = new TextDecoder().decode(Buffer.concat(parts).subarray(0, maxBytes), { stream: true })
  return text.replaceAll('\0', '\uFFFD')
}

export function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ').replaceAll('\0', '')]))
}
