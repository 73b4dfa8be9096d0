import type { Context } from '../domain/context.ts'
import { JOB_CATALOG, type JobName } from '../domain/job-catalog.ts'
import type { JobHandlers, JobRun } from '../domain/job-handler.ts'
import { PermanentError } from '../domain/errors.ts'
import type { Log } from '../domain/ports.ts'

/** How long a handler may go on after its time was up; then its slot is given to the next, whatever it still does. */
const UNHEEDED_MS = 5_000

export interface Entry {
  id: string
  data: unknown
  attempt: number
  isLast: boolean
}

export type RunResult = { kind: 'done'; outcome: string } | { kind: 'failed'; error: Error; permanent: boolean } | { kind: 'interrupted' }

export interface HandlerRun<N extends JobName> {
  name: N
  entry: Entry
  handlers: JobHandlers
  app: Context
  log: Log
  timeoutMs: number
  /** Asks the handler to end; after `abandon` it is no longer waited for. */
  stop: AbortSignal
  abandon: AbortSignal
}

/** Runs one entry to one of three ends. Never throws. */
export async function runHandler<N extends JobName>(run: HandlerRun<N>): Promise<RunResult> {
  using watch = watchRun(run)
  try {
    const payload = parsePayload(run.name, run.entry.data)
    const { id, attempt, isLast } = run.entry
    let log: Log | undefined
    const jobRun: JobRun = {
      app: run.app,
      job: { id, attempt, isLast },
      signal: watch.signal,
      // Made when it is wanted: it costs more than the rest of a short run.
      get log() {
        return (log ??= run.log.child({ job: run.name, entry: id, ...(payload as object) }))
      },
    }
    const work = run.handlers[run.name](payload as Parameters<JobHandlers[N]>[0], jobRun)
    work.catch(() => undefined)
    const { outcome } = await Promise.race([work, watch.abandoned])
    return { kind: 'done', outcome }
  } catch (cause) {
    if (run.stop.aborted) return { kind: 'interrupted' }
    const error = watch.signal.aborted ? watch.signal.reason : cause
    return { kind: 'failed', error: asError(error), permanent: cause instanceof PermanentError }
  }
}

function parsePayload(name: JobName, data: unknown): unknown {
  const parsed = JOB_CATALOG[name].payload.safeParse(data)
  if (parsed.success) return parsed.data
  throw new PermanentError(`the payload of ${name} is not readable: ${parsed.error.issues.map((issue) => issue.path.join('.')).join(', ')}`)
}

interface Watch extends Disposable {
  signal: AbortSignal
  abandoned: Promise<never>
}

function watchRun({ name, timeoutMs, stop, abandon }: HandlerRun<JobName>): Watch {
  const controller = new AbortController()
  const { promise: abandoned, reject } = Promise.withResolvers<never>()
  abandoned.catch(() => undefined)
  const late = (): DOMException => new DOMException(`${name} took longer than ${timeoutMs} ms`, 'TimeoutError')
  const timers = [setTimeout(() => controller.abort(late()), timeoutMs), setTimeout(() => reject(late()), timeoutMs + UNHEEDED_MS)]
  const onStop = (): void => controller.abort(stop.reason)
  const onAbandon = (): void => reject(abandon.reason)
  stop.addEventListener('abort', onStop)
  abandon.addEventListener('abort', onAbandon)
  return {
    signal: controller.signal,
    abandoned,
    [Symbol.dispose]() {
      timers.forEach(clearTimeout)
      stop.removeEventListener('abort', onStop)
      abandon.removeEventListener('abort', onAbandon)
    },
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
