import * as http from 'node:http'
import * as https from 'node:https'
import type { LookupFunction } from 'node:net'
import type { CheckedAgents } from './checked-agents.ts'
import { TooSlowError } from './failure-reason.ts'
import type { ResolvedAddress } from './resolve-host.ts'

interface Call {
  url: URL
  headers: Record<string, string>
  body: string
}

interface Means {
  agents: CheckedAgents
  /** Checked already: the connection is made to these and to no others. */
  addresses: ResolvedAddress[]
  connectTimeoutMs: number
  signal: AbortSignal
}

/** Thrown where a connection that was kept had been closed by the other side. */
class StaleConnectionError extends Error {
  override name = 'StaleConnectionError'
}

/** Resolves when the head of the reply is there. Redirects are replies like any other. */
export async function post(call: Call, means: Means): Promise<http.IncomingMessage> {
  try {
    return await postOnce(call, means)
  } catch (error) {
    if (!(error instanceof StaleConnectionError)) throw error
    return postOnce(call, { ...means, agents: null })
  }
}

/** Without agents by a connection of its own. */
function postOnce(
  { url, headers, body }: Call,
  { agents, addresses, connectTimeoutMs, signal }: Omit<Means, 'agents'> & { agents: CheckedAgents | null },
): Promise<http.IncomingMessage> {
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
      addresses,
    }
    const request = secure
      ? https.request(url, { ...options, agent: agents?.https ?? false })
      : http.request(url, { ...options, agent: agents?.http ?? false })
    const stop = (): void => void request.destroy(signal.reason)
    const connecting = setTimeout(
      () => request.destroy(new TooSlowError(`There was no connection within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    )
    signal.addEventListener('abort', stop)
    request.once('socket', (socket) => {
      if (request.reusedSocket) clearTimeout(connecting)
      else socket.once(secure ? 'secureConnect' : 'connect', () => clearTimeout(connecting))
    })
    request.once('close', () => {
      clearTimeout(connecting)
      signal.removeEventListener('abort', stop)
      reject(new Error('The connection ended without a reply')) // changes nothing where one came
    })
    request.once('response', resolve)
    request.once('upgrade', (_reply, socket) => {
      socket.destroy()
      reject(new Error('The reply was a change of protocol (101), which is no reply'))
    })
    request.on('error', (error) => reject(request.reusedSocket && wasClosed(error) ? new StaleConnectionError() : error))
    request.end(body)
  })
}

function wasClosed(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}

function alwaysTo(addresses: ResolvedAddress[]): LookupFunction {
  return (_host, { all }, callback) => {
    const [first] = addresses
    if (all === true || first === undefined) callback(null, addresses)
    else callback(null, first.address, first.family)
  }
}
