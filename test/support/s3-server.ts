import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { swiftConfig, swiftServers } from './s3/swift-config.ts'
import type { SwiftPorts } from './s3/swift-config.ts'

/** Debian's names of what the server is made of. */
export const s3Packages =
  'python3-swift python3-eventlet python3-pastedeploy python3-pyeclib python3-xattr python3-lxml python3-requests python3-pkg-resources libisal2'

// Debian's own interpreter: another one on the path would not see Debian's packages.
const python = '/usr/bin/python3'
const modules = ['swift', 'eventlet', 'paste', 'pyeclib', 'xattr', 'lxml', 'requests', 'pkg_resources']
const program = fileURLToPath(new URL('s3/swift-server.py', import.meta.url))
const startMs = 30_000
const stopMs = 5_000
/** A first request that was caught by the start is given up and asked again. */
const probeMs = 3_000
const starts = 3

export interface S3Server extends AsyncDisposable {
  endpoint: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  /** Makes a bucket of its own for one test. */
  createBucket(): Promise<string>
}

export function isS3Possible(): boolean {
  const probe = `import sys; from importlib.util import find_spec; sys.exit(0 if all(find_spec(m) for m in sys.argv[1:]) else 1)`
  return process.platform === 'linux' && spawnSync(python, ['-c', probe, ...modules], { stdio: 'ignore' }).status === 0
}

/** A real S3 server (OpenStack Swift) on free ports of this machine, with its state in a folder of its own. */
export async function startS3Server(): Promise<S3Server> {
  for (let left = starts; ; left -= 1) {
    try {
      return await start()
    } catch (error) {
      // Between finding a port free and listening on it another process may have taken it.
      if (left <= 1) throw error
    }
  }
}

async function start(): Promise<S3Server> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-s3-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const identity = { region: 'us-east-1', user: 'test:tester', secret: 'testing' }
  const ports = await freePorts()
  await mkdir(join(folder, 'devices', 'disk'), { recursive: true })
  await mkdir(join(folder, 'cache'))
  const files = Object.entries(swiftConfig({ folder, ports, ...identity }))
  await Promise.all(files.map(([name, text]) => writeFile(join(folder, name), text)))

  const log = join(folder, 'server.log')
  await using output = await open(log, 'w')
  const server = spawn(python, [program, folder, JSON.stringify(ports)], { stdio: ['pipe', output.fd, output.fd] })
  stack.defer(() => stop(server))
  const endpoint = `http://127.0.0.1:${ports.proxy}`
  const keys = { accessKeyId: identity.user, secretAccessKey: identity.secret }
  const client = new S3Client({ endpoint, region: identity.region, credentials: keys, forcePathStyle: true, maxAttempts: 1 })
  stack.defer(() => client.destroy())

  const createBucket = async (abortSignal?: AbortSignal): Promise<string> => {
    const bucket = `test-${randomUUID()}`
    await client.send(new CreateBucketCommand({ Bucket: bucket }), { ...(abortSignal && { abortSignal }) })
    return bucket
  }
  const probe = async (): Promise<void> => {
    await Promise.all(Object.values(ports).map(listens))
    await createBucket(AbortSignal.timeout(probeMs))
  }
  await untilReady({ server, log, probe })
  const running = stack.move()
  return {
    endpoint,
    region: identity.region,
    ...keys,
    createBucket: () => createBucket(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Ready is what a first bucket needs: all four servers answer. */
async function untilReady({ server, log, probe }: { server: ChildProcess; log: string; probe: () => Promise<unknown> }): Promise<void> {
  const until = Date.now() + startMs
  for (;;) {
    try {
      await probe()
      return
    } catch (error) {
      if (server.exitCode !== null || Date.now() > until) {
        throw new Error(`The S3 server did not start:\n${(await readFile(log, 'utf8')).slice(-2000)}`, { cause: error })
      }
      await delay(50)
    }
  }
}

async function listens(port: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  server.stdin?.end()
  const timer = setTimeout(() => server.kill('SIGKILL'), stopMs)
  await exited
  clearTimeout(timer)
}

async function freePorts(): Promise<SwiftPorts> {
  const listeners = await Promise.all(
    swiftServers.map(async () => {
      const listener = createServer().listen(0, '127.0.0.1')
      await once(listener, 'listening')
      return { listener, port: (listener.address() as AddressInfo).port }
    }),
  )
  await Promise.all(listeners.map(({ listener }) => once(listener.close(), 'close')))
  const [account = 0, container = 0, object = 0, proxy = 0] = listeners.map(({ port }) => port)
  return { account, container, object, proxy }
}
