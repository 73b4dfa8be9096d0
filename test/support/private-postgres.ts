import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'

/** Where Debian keeps the newest server's programs; undefined where there is none. */
const PROGRAMS = globSync('/usr/lib/postgresql/*/bin')
  .toSorted((one, other) => Number.parseInt(other.split('/')[4] ?? '', 10) - Number.parseInt(one.split('/')[4] ?? '', 10))
  .at(0)

export interface PostgresServer extends AsyncDisposable {
  url: string
  /** As by a power cut: nothing is written down any more, and the next start recovers from the log. */
  crash(): Promise<void>
  /** On the same port, with what was committed. */
  start(): Promise<void>
}

/** A PostgreSQL of the test's own, which it may crash. It ends with this process, however that ends. */
export async function startPostgres(): Promise<PostgresServer> {
  if (PROGRAMS === undefined) throw new Error('There is no PostgreSQL server to start: apt-get install postgresql')
  const programs = PROGRAMS
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-postgres-'))
  const port = await freePort()
  // PostgreSQL will not run as root.
  const isRoot = process.getuid?.() === 0
  const asUser = ['--pdeathsig', 'KILL', ...(isRoot ? ['--reuid', 'postgres', '--regid', 'postgres', '--init-groups'] : [])]
  if (isRoot) run('chown', ['postgres:postgres', folder])
  run('setpriv', [...asUser, `${programs}/initdb`, '--pgdata', folder, '--auth', 'trust', '--username', 'postgres', '--no-sync'])
  const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: folder }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  let server: ChildProcess | undefined

  const postgres: PostgresServer = {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async start() {
      const started = spawn('setpriv', [...asUser, `${programs}/postgres`, '-D', folder, ...flags], { stdio: 'ignore' })
      server = started
      const probe = ['--host', '127.0.0.1', '--port', String(port), '--quiet']
      await eventually(() => (spawnSync(`${programs}/pg_isready`, probe).status === 0 ? true : undefined), { what: 'PostgreSQL' })
    },
    async crash() {
      if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
      const ended = once(server, 'exit')
      server.kill('SIGQUIT')
      await ended
    },
    async [Symbol.asyncDispose]() {
      await postgres.crash()
      await rm(folder, { recursive: true, force: true })
    },
  }
  await postgres.start()
  return postgres
}

function run(command: string, args: string[]): void {
  const { status, stderr } = spawnSync(command, args)
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${String(stderr)}`)
}
