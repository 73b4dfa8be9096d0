import * as http from 'node:http'
import * as https from 'node:https'
import type { LookupFunction } from 'node:net'
import { TooSlowError } from './failure-reason.ts'
import type { ResolvedAddress } from './resolve-host.ts'

interface Call {
  url: URL
  headers: Record<string, string>
  body: string
}

interface Means {
  agents: { http: http.Agent; https: https.Agent }
  /** Checked already: the connection is made to these and to no others. */
  addresses: ResolvedAddress[]
  connectTimeoutMs: number
  signal: AbortSignal
}

/** Resolves when the head of the reply is there. Redirects are replies like any other. */
export function post({ url, headers, body }: Call, { agents, addresses, connectTimeoutMs, signal }: Means): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const secure = url.protocol === 'https:'
    const options = {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Longhaul',
        ...headers,
        'content-length': Buffer.byteLength(body),
      },
      lookup: alwaysTo(addresses),
    }
    const request = secure ? https.request(url, { ...options, agent: agents.https }) : http.request(url, { ...options, agent: agents.http })
    const stop = (): void => void request.destroy(signal.reason)
    const connecting = setTimeout(
      () => request.destroy(new TooSlowError(`There was no connection within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    )
    signal.addEventListener('abort', stop)
    request.once('socket', (socket) => socket.once(secure ? 'secureConnect' : 'connect', () => clearTimeout(connecting)))
    request.once('close', () => {
      clearTimeout(connecting)
      signal.removeEventListener('abort', stop)
    })
    request.once('response', resolve)
    request.on('error', reject)
    request.end(body)
  })
}

function alwaysTo(addresses: ResolvedAddress[]): LookupFunction {
  return (_host, { all }, callback) => {
    const [first] = addresses
    if (all === true || first === undefined) callback(null, addresses)
    else callback(null, first.address, first.family)
  }
}
