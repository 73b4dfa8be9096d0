import { setTimeout as delay } from 'node:timers/promises'
import type { Context } from '../../src/domain/context.ts'
import { JOB_NAMES, type JobName } from '../../src/domain/job-catalog.ts'
import type { JobHandlers, JobRun } from '../../src/domain/job-handler.ts'
import type { Log } from '../../src/domain/ports.ts'
import type { JobReport, QueueEngine, Runner } from '../../src/queue/index.ts'

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error'
  message: string
  fields: Record<string, unknown>
}

/** A log that keeps its lines; what a child adds is in them. */
export function keptLog(lines: LogLine[] = [], bound: Record<string, unknown> = {}): Log & { lines: LogLine[] } {
  const at = (level: LogLine['level']) => (fields: Record<string, unknown>, message: string) =>
    void lines.push({ level, message, fields: { ...bound, ...fields } })
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => keptLog(lines, { ...bound, ...fields }),
  }
}

/** Handlers for a test; the names it does not care about end at once. */
export function handlersFor(some: Partial<JobHandlers>): JobHandlers {
  const idle = async (): Promise<{ outcome: string }> => ({ outcome: 'idle' })
  return { ...(Object.fromEntries(JOB_NAMES.map((name) => [name, idle])) as unknown as JobHandlers), ...some }
}

export interface TestRunner {
  runner: Runner
  reports: JobReport[]
  log: ReturnType<typeof keptLog>
  /** Resolves with the report of the next run that ends, or the one after it, and so on. */
  nextReport(): Promise<JobReport>
}

export async function startRunner(
  engine: QueueEngine,
  some: Partial<JobHandlers>,
  options: { names?: JobName[] } = {},
): Promise<TestRunner> {
  const log = keptLog()
  const reports: JobReport[] = []
  const unread: JobReport[] = []
  const waiting: ((report: JobReport) => void)[] = []
  const runner = await engine.run({
    handlers: handlersFor(some),
    app: {} as Context,
    log,
    ...options,
    onReport(report) {
      reports.push(report)
      const next = waiting.shift()
      if (next === undefined) unread.push(report)
      else next(report)
    },
  })
  const nextReport = async (): Promise<JobReport> => {
    const report = unread.shift()
    if (report !== undefined) return report
    const { promise, resolve, reject } = Promise.withResolvers<JobReport>()
    waiting.push(resolve)
    // Before the test's own time is up, so that what it opened is closed.
    const late = setTimeout(() => reject(new Error('no entry was run within 20 s')), 20_000)
    return promise.finally(() => clearTimeout(late))
  }
  return { runner, reports, log, nextReport }
}

/** Resolves when the signal fires. */
export async function aborted(signal: JobRun['signal']): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}

/** Looks until the check passes; at the deadline its last fault is thrown. */
export async function eventually<T>(check: () => T | Promise<T>, { withinMs = 10_000 }: { withinMs?: number } = {}): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await delay(10)
    }
  }
}

/** Resolves when nothing waits and nothing runs; what is delayed may stay. */
export async function drained(engine: QueueEngine): Promise<void> {
  await eventually(async () => {
    const busy = Object.entries(await engine.counts()).filter(([, { waiting, active }]) => waiting + active > 0)
    if (busy.length > 0) throw new Error(`still busy: ${JSON.stringify(busy)}`)
  })
}
