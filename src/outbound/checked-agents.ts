import * as http from 'node:http'
import * as https from 'node:https'
import type { Duplex } from 'node:stream'
import type { ResolvedAddress } from './resolve-host.ts'

/** Shorter than servers commonly keep one, so that few are closed just as we write to them. */
const IDLE_MS = 4_000
/** Many endpoints may be one host, each with its own sixteen attempts at once. */
const MOST_IDLE_OF_ONE = 64
const MOST_IDLE = 256
const OPTIONS = {
  keepAlive: true,
  maxFreeSockets: MOST_IDLE_OF_ONE,
  scheduling: 'lifo',
  timeout: IDLE_MS,
  // Two addresses are tried one after the other: Node's quarter of a second is too short for a far one.
  autoSelectFamilyAttemptTimeout: 1_000,
} as const

export interface CheckedAgents {
  http: http.Agent
  https: https.Agent
}

/**
 * Connections that are kept for a few seconds. One is used again only by a request whose own look-up gave the very same
 * addresses, every one of them checked anew: a name that points elsewhere by now gets a connection of its own, or none.
 */
export function createCheckedAgents(): CheckedAgents {
  const idle = new Set<Duplex>()
  return { http: checked(new http.Agent(OPTIONS), idle), https: checked(new https.Agent(OPTIONS), idle) }
}

function checked<A extends http.Agent>(agent: A, idle: Set<Duplex>): A {
  const watched = new WeakSet<Duplex>()
  const nameOf: (options?: object) => string = agent.getName.bind(agent)
  // Node reads what this returns; its types do not know.
  const mayKeep: (socket: Duplex) => unknown = agent.keepSocketAlive.bind(agent)
  const reuse = agent.reuseSocket.bind(agent)
  return Object.assign(agent, {
    // By its name a connection is found again.
    getName: (options?: object) => `${nameOf(options)}|${addressesOf(options)}`,
    keepSocketAlive(socket: Duplex): boolean {
      if (idle.size >= MOST_IDLE || !mayKeep(socket)) return false
      idle.add(socket)
      if (!watched.has(socket)) socket.once('close', () => idle.delete(socket))
      watched.add(socket)
      return true
    },
    reuseSocket(socket: Duplex, request: http.ClientRequest): void {
      idle.delete(socket)
      reuse(socket, request)
    },
  })
}

function addressesOf(options: object | undefined): string {
  const { addresses = [] } = (options ?? {}) as { addresses?: ResolvedAddress[] }
  return addresses
    .map(({ address }) => address)
    .toSorted()
    .join(',')
}
