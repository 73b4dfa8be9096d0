import { setTimeout as delay } from 'node:timers/promises'
import { type Job, UnrecoverableError, WaitingError } from 'bullmq'
import type { Context } from '../domain/context.ts'
import { JOB_NAMES, type JobName } from '../domain/job-catalog.ts'
import type { JobHandlers } from '../domain/job-handler.ts'
import type { Log } from '../domain/ports.ts'
import type { Backend, BullWorker } from './backend.ts'
import type { FaultLog } from './fault-log.ts'
import { limitOf, type Limits } from './limits.ts'
import { type JobReport, logReport } from './report.ts'
import { type RunResult, runHandler } from './run-handler.ts'
import { SteadyWorker } from './steady-worker.ts'
import { within } from './within.ts'

/** An entry that outlived this many workers may be what kills them; its row is still found by the sweep. */
const MAX_STALLED = 10
const RETRY_MS = 1_000
/** What handlers get to end in once they are asked to, and BullMQ to record it. */
const LAST_WORDS_MS = 1_000

export interface RunOptions {
  handlers: JobHandlers
  app: Context
  log: Log
  /** All, when left out. */
  names?: JobName[]
  /** Told of every run beside the log, for metrics. */
  onReport?: (report: JobReport) => void
}

export type RunnerOptions = RunOptions & { backend: Backend; limits: Limits; lockSeconds: number; fault: FaultLog }

/** Takes entries off the queue and runs them, until it is closed. */
export class Runner implements AsyncDisposable {
  readonly #options: RunnerOptions
  readonly #workers = new Map<JobName, BullWorker>()
  readonly #running = new Set<Promise<RunResult>>()
  readonly #closing = new AbortController()
  readonly #stop = new AbortController()
  readonly #abandon = new AbortController()
  #closed: Promise<void> | undefined

  constructor(options: RunnerOptions) {
    this.#options = options
    for (const name of options.names ?? JOB_NAMES) void this.#keepWorker(name)
  }

  /** How many handlers run now. */
  get running(): number {
    return this.#running.size
  }

  /**
   * Takes no more work, waits for what runs, asks it to stop a second before the grace ends and leaves it when it is over.
   * What was not finished goes back to the queue.
   */
  close({ graceMs }: { graceMs: number }): Promise<void> {
    return (this.#closed ??= this.#close(graceMs))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ graceMs: 0 })
  }

  async #close(graceMs: number): Promise<void> {
    this.#closing.abort()
    const closing = Promise.allSettled([...this.#workers.values()].map((worker) => worker.close()))
    const reason = new DOMException('the service is shutting down', 'AbortError')
    const timers = [
      setTimeout(() => this.#stop.abort(reason), Math.max(0, graceMs - LAST_WORDS_MS)),
      setTimeout(() => this.#abandon.abort(reason), Math.max(graceMs, LAST_WORDS_MS)),
    ]
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
    timers.forEach(clearTimeout)
    await within(closing, { ms: 2 * LAST_WORDS_MS, what: 'closing the workers' }).catch((error) => {
      this.#options.fault('runner', error)
      this.#options.backend.cut()
    })
  }

  /** BullMQ keeps a first connection that failed for ever, so such a worker is made anew. */
  async #keepWorker(name: JobName): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const worker = this.#openWorker(name)
      this.#workers.set(name, worker)
      try {
        await worker.waitUntilReady()
        return
      } catch (error) {
        this.#options.fault(`worker ${name}`, error)
        await worker.close(true)
        await delay(RETRY_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined)
      }
    }
  }

  #openWorker(name: JobName): BullWorker {
    const { backend, limits, lockSeconds, fault } = this.#options
    const worker = new SteadyWorker(
      name,
      (job, token) => this.#process(name, { job, token: token ?? '' }),
      {
        connection: {},
        prefix: backend.prefix,
        concurrency: limitOf(name, limits).concurrency,
        lockDuration: lockSeconds * 1_000,
        stalledInterval: lockSeconds * 500,
        maxStalledCount: MAX_STALLED,
        drainDelay: backend.drainSeconds,
        runRetryDelay: RETRY_MS,
      },
      backend.factory,
    )
    worker.on('error', (error) => fault(`worker ${name}`, error))
    return worker
  }

  async #process(name: JobName, { job, token }: { job: Job; token: string }): Promise<void> {
    // A fetch that was under way when closing began may still bring one in.
    if (this.#closing.signal.aborted) return giveBack(job, token)
    const started = Date.now()
    const result = await this.#run(name, job)
    const report = this.#report(name, { job, result, started })
    logReport(this.#options.log, report)
    this.#options.onReport?.(report)
    if (result.kind === 'interrupted') return giveBack(job, token)
    if (result.kind === 'failed') throw result.permanent ? new UnrecoverableError(result.error.message) : result.error
  }

  async #run(name: JobName, job: Job): Promise<RunResult> {
    const { handlers, app, log, limits } = this.#options
    const { attempts, timeoutMs } = limitOf(name, limits)
    const attempt = job.attemptsMade + 1
    const entry = { id: job.id ?? '', data: job.data, attempt, isLast: attempt >= (job.opts.attempts ?? attempts) }
    const run = runHandler({ name, entry, handlers, app, log, timeoutMs, stop: this.#stop.signal, abandon: this.#abandon.signal })
    this.#running.add(run)
    try {
      return await run
    } finally {
      this.#running.delete(run)
    }
  }

  #report(name: JobName, { job, result, started }: { job: Job; result: RunResult; started: number }): JobReport {
    const attempt = job.attemptsMade + 1
    const waitMs = attempt === 1 ? Math.max(0, started - job.timestamp - (job.opts.delay ?? 0)) : null
    const times = { name, attempt, waitMs, runMs: Date.now() - started }
    if (result.kind !== 'failed') return { ...times, ...result }
    return { ...times, kind: 'failed', error: result.error, final: result.permanent || attempt >= (job.opts.attempts ?? 1) }
  }
}

/** BullMQ takes this error as the sign that the entry was moved by hand. */
async function giveBack(job: Job, token: string): Promise<never> {
  await job.moveToWait(token)
  throw new WaitingError()
}
