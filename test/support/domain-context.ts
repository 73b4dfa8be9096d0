import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { handlers } from '../../jobs/index.ts'
import { createDoctorStore, createJobSignals, createStore, openDatabase } from '../../src/db/index.ts'
import type { Database } from '../../src/db/index.ts'
import type { Context, Rules } from '../../src/domain/context.ts'
import type { DoctorStore } from '../../src/domain/doctor/doctor-store.ts'
import { createIds } from '../../src/domain/ids.ts'
import type { JobName, JobPayload } from '../../src/domain/job-catalog.ts'
import type { Artifact, Job, JobEvent, Turn } from '../../src/domain/model.ts'
import type { Log, ObjectStore } from '../../src/domain/ports.ts'
import { DEFAULT_TENANT } from '../../src/domain/principal.ts'
import { startTurn } from '../../src/domain/start-turn.ts'
import { submitJob } from '../../src/domain/submit-job.ts'
import type { Submission } from '../../src/domain/submit-job.ts'
import { openObjectStore } from '../../src/storage/index.ts'
import { createLinkSigner } from '../../src/signing/index.ts'
import { systemDigest, systemRandom } from '../../src/system.ts'
import { createMeter } from '../../src/telemetry/index.ts'
import { createVault } from '../../src/vault/index.ts'
import { createTestDataDir } from './database-embedded.ts'
import { emptyRows } from './empty-rows.ts'
import { ManualClock, RecordingQueue, RecordingSender } from './domain-parts.ts'
import { ScriptedOpenAi } from './scripted-openai.ts'

export const START = new Date('2026-11-21T12:00:00.000Z')
export const PRINCIPAL = { keyId: 'key_test', tenantId: DEFAULT_TENANT, scopes: [] }
export const CALLBACK_SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`

const RULES: Rules = {
  webhooksExpected: true,
  pollFirstSeconds: 30,
  pollMaxSeconds: 300,
  unconfirmedSeconds: 3_600,
  claimSeconds: 30,
  callbackScheduleSeconds: [0, 5, 300, 1_800],
  attemptRetentionDays: 30,
}

/** The rules of the domain over a real store and real files, with everything that moves by itself in the test's hand. */
export class World {
  readonly clock = new ManualClock(START)
  readonly queue = new RecordingQueue()
  readonly openai = new ScriptedOpenAi()
  readonly sender = new RecordingSender()
  readonly told: { level: string; message: string; fields: Record<string, unknown> }[] = []
  /** What chance says: in the middle, so that jitter adds nothing. */
  chance = 0.5
  readonly app: Context
  /** What the doctor alone asks the database. */
  readonly cases: DoctorStore
  readonly #database: Database

  constructor({ database, objects, signals }: Host) {
    this.cases = createDoctorStore(database)
    this.#database = database
    const random = { next: () => this.chance, bytes: systemRandom.bytes }
    this.app = {
      store: createStore(database),
      objects,
      queue: this.queue,
      openai: this.openai,
      sender: this.sender,
      signals,
      vault: createVault(new Uint8Array(32).fill(3)),
      links: createLinkSigner(new Uint8Array(32).fill(3)),
      clock: this.clock,
      ids: createIds({ clock: this.clock, random }),
      digest: systemDigest,
      random,
      rules: { ...RULES },
      publicUrl: 'https://longhaul.test',
      meter: createMeter(),
      log: this.#log(),
    }
  }

  /** One entry, as the queue would run it. */
  async run<N extends JobName>(
    name: N,
    payload: JobPayload<N>,
    { isLast = false, signal = new AbortController().signal }: { isLast?: boolean; signal?: AbortSignal } = {},
  ): Promise<string> {
    const job = { id: 'entry', attempt: 1, isLast }
    const run = { app: this.app, job, signal, log: this.app.log }
    const { outcome } = await handlers[name](payload as never, run)
    return outcome
  }

  /** Lets time go by until `run` has ended. */
  async passing<T>(run: Promise<T>): Promise<T> {
    const ended = new AbortController()
    const end = (): void => ended.abort()
    run.then(end, end)
    while (!ended.signal.aborted) {
      this.clock.advance(1)
      await new Promise(setImmediate)
    }
    return run
  }

  async submit(change: Partial<Submission> = {}): Promise<{ job: Job; turn: Turn }> {
    const submitted = await submitJob(this.app, { principal: PRINCIPAL, submission: submission(change), idempotency: null })
    if (submitted.outcome !== 'created') throw new Error(`the job was not made: ${submitted.outcome}`)
    return { job: submitted.job, turn: await this.turn(submitted.job.id) }
  }

  /** A job whose response runs at OpenAI. */
  async started(change: Partial<Submission> = {}): Promise<{ job: Job; turn: Turn; responseId: string }> {
    const { job, turn } = await this.submit(change)
    await startTurn(this.app, { turnId: turn.id, signal: AbortSignal.timeout(10_000) })
    const running = await this.turn(job.id)
    if (running.responseId === null) throw new Error(`the turn is ${running.state}`)
    this.queue.clear()
    return { job: await this.job(job.id), turn: running, responseId: running.responseId }
  }

  /** What no rule would do to a row. */
  async sql(statement: string): Promise<void> {
    await this.#database.pool.query(statement)
  }

  async job(id: string): Promise<Job> {
    const job = await this.app.store.jobs.get(id)
    if (job === null) throw new Error(`there is no job ${id}`)
    return job
  }

  async turn(jobId: string): Promise<Turn> {
    const turn = (await this.app.store.turns.listForJob(jobId)).at(-1)
    if (turn === undefined) throw new Error(`job ${jobId} has no turn`)
    return turn
  }

  events(jobId: string): Promise<JobEvent[]> {
    return this.app.store.events.list(jobId, { after: 0, limit: 1_000 })
  }

  async eventTypes(jobId: string): Promise<string[]> {
    return (await this.events(jobId)).map(({ type }) => type)
  }

  artifacts(jobId: string): Promise<Artifact[]> {
    return this.app.store.artifacts.listForJob(jobId)
  }

  /** Seconds from now until `at`. */
  secondsTo(at: Date | null): number | null {
    return at === null ? null : (at.getTime() - this.clock.now().getTime()) / 1000
  }

  #log(): Log {
    const at =
      (level: string) =>
      (fields: Record<string, unknown>, message: string): void => {
        this.told.push({ level, message, fields })
      }
    const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => log }
    return log
  }
}

interface Host extends AsyncDisposable {
  database: Database
  objects: ObjectStore
  signals: Context['signals']
}

/** A world for each test of the file, on one database with empty tables. */
export function eachWorld(): () => World {
  let host: Host | undefined
  let world: World | undefined
  beforeAll(async () => {
    host = await openHost()
  }, 120_000)
  beforeEach(async () => {
    if (host === undefined) return
    await emptyRows(host.database)
    world = new World(host)
    const { store, vault } = world.app
    await store.tenants.insert({
      id: DEFAULT_TENANT,
      name: 'default',
      sealedCallbackSecret: vault.seal(CALLBACK_SECRET),
      sealedRetiringSecrets: null,
      createdAt: START,
    })
  })
  afterAll(() => host?.[Symbol.asyncDispose]())
  return () => {
    if (world === undefined) throw new Error('There is a world only while a test runs.')
    return world
  }
}

async function openHost(): Promise<Host> {
  await using stack = new AsyncDisposableStack()
  const place = stack.use(await createTestDataDir())
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-objects-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const database = stack.use(await openDatabase(place))
  const objects = stack.use(await openObjectStore({ kind: 'files', dir: folder }))
  const signals = stack.use(createJobSignals(database))
  const opened = stack.move()
  return { database, objects, signals, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

export function submission(change: Partial<Submission> = {}): Submission {
  return {
    request: { model: 'gpt-x', input: 'why?' },
    account: 'default',
    callbackUrl: null,
    callbackEvents: null,
    labels: {},
    priority: 0,
    startAfter: null,
    deadlineSeconds: null,
    retentionDays: null,
    previousJobId: null,
    onUnconfirmed: 'wait',
    actionTimeoutSeconds: 86_400,
    endUser: null,
    ...change,
  }
}
