import http from 'node:http'
import https from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { LONGEST_COMPLAINT } from './fetch-bounded.ts'

const bodies = new WeakMap<Response, Readable>()
const DECODERS: Record<string, () => NodeJS.ReadWriteStream & Readable> = {
  gzip: createGunzip,
  br: createBrotliDecompress,
  deflate: createInflate,
}

/**
 * Fetch for long replies: the body of a success is Node's own stream, kept beside the Response, for web streams cost more
 * than all that is done with the bytes. Redirects are not followed.
 */
export async function fetchStream(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input)
  const message = await send(url, init)
  const response = { status: message.statusCode ?? 0, headers: headersOf(message) }
  const isOk = response.status >= 200 && response.status < 300
  if (!isOk) return new Response(await readComplaint(message), response)
  const opened = new Response(null, response)
  bodies.set(opened, decoded(message))
  return opened
}

/** The stream of a reply that `fetchStream` opened; it may be asked for once. */
export function streamOf(response: Response): Readable {
  const stream = bodies.get(response)
  if (stream === undefined) throw new Error('the reply was not opened as a stream')
  bodies.delete(response)
  return stream
}

function send(url: URL, { method = 'GET', headers, signal }: RequestInit): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers: { 'accept-encoding': 'identity', ...Object.fromEntries(new Headers(headers)) },
      ...(signal && { signal }),
    }
    const request = url.protocol === 'https:' ? https.request(url, options) : http.request(url, options)
    request.once('response', resolve).on('error', reject).end()
  })
}

function headersOf(message: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(message.headersDistinct)) for (const value of values) headers.append(name, value)
  return headers
}

function decoded(message: IncomingMessage): Readable {
  const decoder = DECODERS[message.headers['content-encoding'] ?? '']?.()
  if (decoder === undefined) return message
  message.on('error', (error) => decoder.destroy(error))
  decoder.on('close', () => message.destroy())
  return message.pipe(decoder)
}

/** The status is known, so a body that stops or breaks off costs only the words. */
async function readComplaint(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      bytes += chunk.byteLength
      if (bytes >= LONGEST_COMPLAINT) break
    }
  } catch {}
  return Buffer.concat(chunks).subarray(0, LONGEST_COMPLAINT)
}
