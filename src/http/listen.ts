import type { Express } from 'express'
import { createServer } from 'node:http'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface HttpServer extends AsyncDisposable {
  port: number
  url: string
  /** Takes no more; what runs may end within the grace time, then it is cut. */
  close(options: { graceMs: number }): Promise<void>
}

/** The address could not be taken; its message is for the person who starts the service. */
export class ListenError extends Error {
  override name = 'ListenError'
}

const LIMITS = {
  /** A client that sends its head a byte at a time holds a socket, nothing more, and not for long. */
  headersTimeout: 10_000,
  requestTimeout: 300_000,
  /** Longer than the 60 s after which most load balancers let go, so that they never meet a closed socket. */
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
}
/** Nothing in or out for so long; a held `Prefer: wait` is silent for 60 s. */
const SILENT_MS = 120_000

export async function listen(app: Express, { host, port }: { host: string; port: number }): Promise<HttpServer> {
  const running = new Set<ServerResponse>()
  let closed: Promise<void> | null = null
  const server = createServer(LIMITS)
  server.setTimeout(SILENT_MS)
  server.on('request', (_req, res: ServerResponse) => {
    if (closed !== null) res.setHeader('connection', 'close')
    running.add(res)
    res.once('close', () => {
      running.delete(res)
      if (closed !== null) server.closeIdleConnections()
    })
  })
  server.on('request', app)
  server.on('clientError', refuseGarbage)
  await bind(server, { host, port })
  const bound = (server.address() as AddressInfo).port

  async function drain(graceMs: number): Promise<void> {
    const ended = new Promise<void>((resolve) => void server.close(() => resolve()))
    for (const res of running) if (!res.headersSent) res.setHeader('connection', 'close')
    server.closeIdleConnections()
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    await ended
    clearTimeout(cut)
  }

  const close = ({ graceMs }: { graceMs: number }): Promise<void> => (closed ??= drain(graceMs))
  return { port: bound, url: `http://${urlHost(host)}:${bound}`, close, [Symbol.asyncDispose]: () => close({ graceMs: 0 }) }
}

function bind(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new ListenError(sayFault(error, { host, port }), { cause: error })))
    server.listen({ host, port }, () => {
      // From here on only an accept can fail (no descriptors left): that client is turned away, nothing else.
      server.removeAllListeners('error').on('error', () => {})
      resolve()
    })
  })
}

function sayFault(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is taken: stop what listens there, or set PORT to another.`
    case 'EACCES':
      return `This user may not listen on port ${port}: set PORT to one from 1024 on.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host} is no address of this machine: set HOST to one, such as 127.0.0.1 or 0.0.0.0.`
    default:
      return `Cannot listen on ${host}:${port}: ${error.message}`
  }
}

/** What Node cannot read as a request never reaches the app: it gets the same shape of answer. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, code, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'headers_too_large', 'The address and headers are too large.']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'request_timeout', 'The request took too long to arrive.']
        : ['400 Bad Request', 'bad_request', 'This is not an HTTP request.']
  const body = JSON.stringify({ error: { code, message, details: [] } })
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
}

/** Where everything is listened on, this machine's own name stands for it. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
