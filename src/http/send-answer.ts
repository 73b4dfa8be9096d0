import type { Request, Response } from 'express'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { peekBytes } from '../domain/peek-bytes.ts'
import type { Answer } from './answer.ts'

/** Writes the answer at the pace of its reader. A HEAD gets the head alone. */
export async function sendAnswer({ status, headers, body }: Answer, { req, res }: { req: Request; res: Response }): Promise<void> {
  if (body.kind === 'text') {
    res.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body.text)) })
    res.end(req.method === 'HEAD' ? undefined : body.text)
  } else if (body.kind === 'none' || req.method === 'HEAD') {
    const empty = body.kind === 'none' && status !== 204 && status !== 304
    res.writeHead(status, { ...(empty && { 'content-length': '0' }), ...headers }).end()
  } else {
    // A fault of the first bytes is still an answer of its own; after them the connection is cut.
    const { whole } = await peekBytes(body.stream, 1)
    res.strictContentLength = headers['content-length'] !== undefined
    res.writeHead(status, headers)
    res.setMaxListeners(20) // a pipeline alone adds half of the ten that Node takes for a leak
    await pipeline(Readable.from(whole, { objectMode: false }), res).catch((error: unknown) => {
      if (!res.destroyed || !isAbort(error)) throw error
    })
  }
}

/** The client went away: nothing is at fault here. */
function isAbort(error: unknown): boolean {
  return (
    error instanceof Error &&
    ('code' in error ? error.code === 'ERR_STREAM_PREMATURE_CLOSE' || error.code === 'ABORT_ERR' : error.name === 'AbortError')
  )
}
