import { startAppProcess } from '../app-process.ts'
import type { AppProcess } from '../app-process.ts'
import { eventually } from '../eventually.ts'
import type { SetupHost } from '../setups.ts'
import { testEnv } from '../start-app.ts'
import { startTap } from '../tap.ts'
import type { Tap } from '../tap.ts'

/** One process of the service in its place: killed and started again, it keeps its taps. */
export interface Member {
  name: string
  role: 'all' | 'api' | 'worker'
  openai: Tap
  objects: Tap | null
  process: AppProcess
  kills: number
}

export interface Fleet extends AsyncDisposable {
  members: Member[]
  /** What callers and OpenAI go through. */
  front: Tap
  /** Where the API listens now; null while its process is down. */
  apiUrl(): string | null
  kill(member: Member): Promise<void>
  start(member: Member): void
  /** Resolves when it is up; rejects when it ended by itself. */
  up(member: Member): Promise<void>
  /** SIGTERM to all, and what each one came to. */
  stop(): Promise<(number | null)[]>
}

/** What hangs at OpenAI is ended by then; the service's own patience of a minute has its tests elsewhere. */
const PATIENCE_MS = 6_000

const ROLES = { embedded: ['all'], postgres: ['all'], full: ['api', 'worker', 'worker'] } as const

/** The service as it runs in earnest: one process where the database is embedded, an API and two workers where it is not. */
export async function startFleet(
  host: SetupHost,
  { front, sandboxUrl, env }: { front: Tap; sandboxUrl: string; env: Record<string, string> },
): Promise<Fleet> {
  await using stack = new AsyncDisposableStack()
  const members: Member[] = []

  function run(member: Pick<Member, 'role' | 'openai' | 'objects'>): AppProcess {
    const storage: Record<string, string> =
      host.env.STORAGE_URL === undefined ? {} : { STORAGE_URL: through(host.env.STORAGE_URL, member.objects) }
    const own = { ...testEnv({ port: 0, sandboxUrl: member.openai.url }), PUBLIC_URL: front.url, ROLE: member.role }
    return startAppProcess({ env: { ...host.env, ...storage, ...own, ...env }, url: front.url })
  }

  for (const [index, role] of ROLES[host.name].entries()) {
    const openai = stack.use(await startTap(sandboxUrl, { patienceMs: PATIENCE_MS }))
    const objects = host.env.STORAGE_URL === undefined ? null : stack.use(await startTap(endpointOf(host.env.STORAGE_URL)))
    const parts = { name: `${role} ${index + 1}`, role, openai, objects, kills: 0 }
    members.push({ ...parts, process: run(parts) })
  }
  stack.defer(async () => void (await Promise.all(members.map(({ process }) => process.kill('SIGKILL')))))
  const opened = stack.move()
  return {
    members,
    front,
    apiUrl() {
      const api = members.find(({ role }) => role !== 'worker')?.process
      return api?.running() === true ? (api.address() ?? null) : null
    },
    async kill(member) {
      member.kills += 1
      await member.process.kill('SIGKILL')
    },
    start: (member) => void (member.process = run(member)),
    async up({ process }) {
      await eventually(
        () => {
          if (!process.running()) throw new Error('it ended while it started')
          return process.address()
        },
        { timeoutMs: 180_000, what: 'the start' },
      ).catch((error: unknown) => {
        throw new Error(`the service did not come up:\n${process.output().slice(-4_000)}`, { cause: error })
      })
    },
    stop: () => Promise.all(members.map(({ process }) => process.kill('SIGTERM'))),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

function endpointOf(storageUrl: string): string {
  return new URL(storageUrl).searchParams.get('endpoint') ?? ''
}

function through(storageUrl: string, tap: Tap | null): string {
  const url = new URL(storageUrl)
  if (tap !== null) url.searchParams.set('endpoint', tap.url)
  return url.href
}
