import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** Of the body, and of the headers. */
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

/** As far as they fit; how long to wait is kept before all else. */
export function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  let left = maxBytes
  const kept: [string, string][] = []
  for (const name of ['retry-after', ...Object.keys(headers).filter((one) => one !== 'retry-after')]) {
    const value = headers[name]
    if (value === undefined) continue
    const text = [value].flat().join(', ').replaceAll('\0', '')
    left -= Buffer.byteLength(name) + Buffer.byteLength(text)
    if (left < 0) break
    kept.push([name, text])
  }
  return Object.fromEntries(kept)
}
