import type { Request } from 'express'
import { AppError } from '../domain/errors.ts'
import { HttpError } from './http-error.ts'

const JSON_TYPE = /^application\/(?:json|[\w.+-]+\+json) *(?:;|$)/i
const UTF8 = /;\s*charset="?(?!utf-?8)[^";]+/i

/** The bytes of a JSON body, untouched: refused before they are read where their size or kind is told up front. */
export async function readBody(req: Request, { maxBytes }: { maxBytes: number }): Promise<Buffer> {
  const type = req.headers['content-type'] ?? ''
  const encoding = req.headers['content-encoding'] ?? 'identity'
  if (!JSON_TYPE.test(type) || UTF8.test(type)) throw unsupported('Send JSON in UTF-8, with `Content-Type: application/json`.')
  if (encoding.toLowerCase() !== 'identity') throw unsupported('Send the body uncompressed.')
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  return collect(req, maxBytes)
}

/** Reads on to the end of a body that is too large, so that the client hears why. The server's request timeout bounds that. */
function collect(req: Request, maxBytes: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  let bytes = 0
  req.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) {
      chunks.length = 0
      reject(tooLarge(maxBytes))
    } else chunks.push(chunk)
  })
  const broken = (): void => reject(new AppError('bad_request', { status: 400, message: 'The body broke off.' }))
  req.once('error', broken)
  req.once('close', broken)
  req.once('end', () => {
    req.off('close', broken)
    resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))
  })
  return promise
}

function unsupported(message: string): HttpError {
  return new HttpError('unsupported_media_type', { status: 415, message, headers: { 'accept-encoding': 'identity' } })
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('body_too_large', { status: 413, message: `The body is larger than ${maxBytes} bytes, the most that is taken here.` })
}
