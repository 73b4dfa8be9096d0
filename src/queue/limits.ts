import { JOB_CATALOG, type JobName } from '../domain/job-catalog.ts'

export interface Limit {
  attempts: number
  backoffMs: number
  concurrency: number
  timeoutMs: number
}

/** Numbers that differ from the catalog's, for small machines and for tests. */
export type Limits = Partial<Record<JobName, Partial<Limit>>>

export function limitOf(name: JobName, limits: Limits): Limit {
  return { ...JOB_CATALOG[name], ...limits[name] }
}
