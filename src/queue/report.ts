import type { JobName } from '../domain/job-catalog.ts'
import type { Meter } from '../domain/meter.ts'
import type { Log } from '../domain/ports.ts'
import { faultText } from './fault-log.ts'

/** One run of one entry. `interrupted` entries were given back at shutdown and run again elsewhere. */
export type JobReport = {
  name: JobName
  attempt: number
  /** From when it was due; null for later attempts, whose due time is not kept. */
  waitMs: number | null
  runMs: number
} & ({ kind: 'done'; outcome: string } | { kind: 'failed'; error: unknown; final: boolean } | { kind: 'interrupted' })

/** The one wide event of a run. */
export function logReport(log: Log, report: JobReport): void {
  const fields = { name: report.name, attempt: report.attempt, wait_ms: report.waitMs, run_ms: report.runMs }
  if (report.kind === 'done') log.info({ ...fields, outcome: report.outcome }, 'job.done')
  else if (report.kind === 'interrupted') log.info({ ...fields, outcome: 'interrupted' }, 'job.interrupted')
  else log.info({ ...fields, outcome: 'failed', final: report.final, error: faultText(report.error) }, 'job.failed')
}

export function meterReport(meter: Meter, report: JobReport): void {
  const { name } = report
  meter.count('queue_jobs', { name, outcome: report.kind === 'done' ? report.outcome : report.kind })
  meter.observe('queue_run_seconds', { name }, report.runMs / 1000)
  if (report.waitMs !== null) meter.observe('queue_wait_seconds', { name }, report.waitMs / 1000)
}
