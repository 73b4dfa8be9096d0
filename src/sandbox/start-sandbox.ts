import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSandboxApp } from './http/app.ts'
import { settleOptions, type SandboxOptions } from './options.ts'
import { createSandboxState, type SandboxState } from './sandbox-state.ts'
import { createWorld } from './world.ts'

export interface Sandbox extends AsyncDisposable {
  /** The value for OPENAI_BASE_URL. */
  readonly url: string
  readonly port: number
  readonly state: SandboxState
  close(): Promise<void>
}

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const settings = settleOptions(options)
  const world = createWorld(settings)
  const server = createServer(createSandboxApp(world))
  await listen(server, settings)
  const { port } = server.address() as AddressInfo
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host
  const refuseConnections = (refused: boolean): Promise<void> =>
    refused ? stopListening(server) : listen(server, { port, host: settings.host })
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= stop(server, world))
  return {
    url: `http://${host}:${port}/v1`,
    port,
    state: createSandboxState(world, { refuseConnections }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function stop(server: Server, world: AsyncDisposable): Promise<void> {
  await stopListening(server)
  await world[Symbol.asyncDispose]()
}

async function listen(server: Server, { port, host }: { port: number; host: string }): Promise<void> {
  if (server.listening) return
  server.listen(port, host)
  await once(server, 'listening')
}

async function stopListening(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
