import { z } from 'zod'
import type { Context } from '../domain/context.ts'
import { AppError } from '../domain/errors.ts'
import type { Artifact } from '../domain/model.ts'
import { openArtifact } from '../domain/open-artifact.ts'
import { emptyAnswer, streamAnswer } from './answer.ts'
import type { Answer } from './answer.ts'
import { matchesTag, readRange } from './byte-range.ts'
import { contentHeaders } from './content-headers.ts'
import { HttpError } from './http-error.ts'
import type { ReplyDoc } from './route.ts'

const header = (description: string) => z.string().optional().meta({ description })

/** What the routes that give an artifact's bytes have in common. */
export const bytesRequestHeaders = z.object({
  range: header('One range of bytes, such as `bytes=0-1023`.'),
  'if-none-match': header('An `ETag`: 304 while it still holds.'),
  'if-range': header('An `ETag`: the range counts only while it still holds.'),
})

export const BYTES_REPLIES: Record<number, ReplyDoc> = {
  200: { description: 'The bytes.', contentTypes: ['*/*'], headers: { ETag: 'The SHA-256 of the bytes.' } },
  206: { description: 'The bytes of the range.', contentTypes: ['*/*'], headers: { 'Content-Range': 'Which bytes of how many.' } },
  304: { description: 'As it was.' },
}

export const BYTES_FAULTS: Record<number, string> = {
  410: 'The bytes were stored and are no longer there.',
  416: 'The range begins behind the last byte.',
  502: 'The object store has something else under this name.',
}

interface Asked {
  artifact: Artifact
  headers: z.output<typeof bytesRequestHeaders>
  isHead: boolean
  signal: AbortSignal
}

/** The bytes, or as many of them as were asked for, under headers that make them harmless. */
export async function answerBytes(app: Context, { artifact: found, headers, isHead, signal }: Asked): Promise<Answer> {
  const artifact = storedArtifact(found)
  const etag = `"${artifact.sha256}"`
  const head = { ...contentHeaders(artifact), etag, 'accept-ranges': 'bytes', 'cache-control': 'private, no-cache' }
  if (matchesTag(headers['if-none-match'], { etag })) return emptyAnswer(304, { etag, 'cache-control': 'private, no-cache' })

  const { bytes } = artifact
  const ranged = !isHead && (headers['if-range'] === undefined || headers['if-range'].trim() === etag)
  const range = ranged ? readRange(headers.range, { bytes }) : 'whole'
  if (range === 'unsatisfiable') {
    const message = `The artifact has ${bytes} bytes, and the range begins behind them.`
    throw new HttpError('range_not_satisfiable', { status: 416, message, headers: { 'content-range': `bytes */${bytes}` } })
  }
  if (isHead) return emptyAnswer(200, { ...head, 'content-length': String(bytes) })
  const opened = await openArtifact(app, { artifact, range: range === 'whole' ? null : range, signal })
  switch (opened.outcome) {
    case 'open':
      if (range === 'whole') return streamAnswer(200, opened.body, { ...head, 'content-length': String(bytes) })
      return streamAnswer(206, opened.body, {
        ...head,
        'content-length': String(range.end - range.start + 1),
        'content-range': `bytes ${range.start}-${range.end}/${bytes}`,
      })
    case 'gone':
      throw new AppError('artifact_gone', { status: 410, message: 'The bytes of this artifact are no longer in the object store.' })
    case 'damaged':
      throw new AppError('artifact_damaged', { status: 502, message: 'The object store has not as many bytes as were stored.' })
    case 'away':
      app.log.warn({ artifact_id: artifact.id, error: opened.fault }, 'storage.unavailable')
      throw new AppError('unavailable', {
        status: 503,
        message: 'The object store cannot be reached just now: try again.',
        retryAfterSeconds: 5,
      })
    default:
      return opened satisfies never
  }
}

type StoredArtifact = Artifact & { objectKey: string; bytes: number; sha256: string }

/** 404 with the reason where there are no bytes. */
export function storedArtifact(artifact: Artifact): StoredArtifact {
  const { objectKey, bytes, sha256, status, error, fileId } = artifact
  if (objectKey !== null && bytes !== null && sha256 !== null) return { ...artifact, objectKey, bytes, sha256 }
  const why = error === null ? '' : ` (${error})`
  const where = status === 'stored' ? `they are at OpenAI, as ${fileId}` : `it is ${status}${why}`
  throw new AppError('artifact_not_stored', { status: 404, message: `This artifact has no bytes here: ${where}.` })
}
