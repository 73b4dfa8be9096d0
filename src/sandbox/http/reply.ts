import type { Response } from 'express'
import type { ApiError } from '../api-error.ts'
import type { Timers } from '../timers.ts'
import type { Fault } from './fault.ts'

const HTML =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>\r\n'
const TRICKLES = 10

export interface Payload {
  /** JSON text, or the bytes of a file. */
  body: string | Buffer
  type?: string
}

export function replyJson(res: Response, value: unknown): void {
  replyPayload(res, { body: JSON.stringify(value) })
}

export function replyError(res: Response, error: ApiError): void {
  res.status(error.status).set(error.headers)
  replyJson(res, error.body)
}

export function replyPayload(res: Response, { body, type = 'application/json' }: Payload, fault?: Fault): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  res.setHeader('openai-processing-ms', String(Math.round(performance.now() - Number(res.locals.startedAt ?? 0))))
  if (fault === undefined) return send(res, { bytes, type })
  switch (fault.kind) {
    case 'mislabel':
      return send(res, { bytes, type: 'text/html; charset=utf-8' })
    case 'truncate':
      res.writeHead(200, { 'content-type': type, 'content-length': bytes.length })
      res.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => res.socket?.destroy())
      return
    default:
      playFault(res, fault)
  }
}

/** Faults that need no answer to spoil. */
export function playFault(res: Response, fault: Fault): void {
  switch (fault.kind) {
    case 'error':
      return replyError(res, fault.error)
    case 'html':
      res.status(fault.status)
      return send(res, { bytes: Buffer.from(HTML), type: 'text/html' })
    case 'reset':
      res.socket?.resetAndDestroy()
      return
    case 'hang':
      return
    case 'truncate':
    case 'mislabel':
      return replyPayload(res, { body: '{}' }, fault)
    default:
      return fault satisfies never
  }
}

/** Sends the body in small steps spread over `ms`. */
export async function replySlowly(
  res: Response,
  { body, type = 'application/json' }: Payload,
  { ms, timers }: { ms: number; timers: Timers },
): Promise<void> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  res.writeHead(200, { 'content-type': type, 'content-length': bytes.length })
  const step = Math.max(1, Math.ceil(bytes.length / TRICKLES))
  for (let at = 0; at < bytes.length && !res.destroyed; at += step) {
    res.write(bytes.subarray(at, at + step))
    await timers.sleep(ms / TRICKLES)
  }
  res.end()
}

function send(res: Response, { bytes, type }: { bytes: Buffer; type: string }): void {
  res.setHeader('content-type', type)
  res.setHeader('content-length', bytes.length)
  res.end(bytes)
}
