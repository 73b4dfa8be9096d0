import type { Context } from './context.ts'
import type { JobName, JobPayload } from './job-catalog.ts'
import type { Log } from './ports.ts'

export interface JobRun {
  app: Context
  job: { id: string; attempt: number; isLast: boolean }
  signal: AbortSignal
  log: Log
}

/** A handler may run twice for one entry: it loads the row and returns if there is nothing left to do. */
export type JobHandler<N extends JobName> = (payload: JobPayload<N>, run: JobRun) => Promise<{ outcome: string }>
export type JobHandlers = { [N in JobName]: JobHandler<N> }
