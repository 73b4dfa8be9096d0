import type { Context } from './context.ts'
import { isId } from './ids.ts'
import type { Artifact, Job, JobEvent, Result, Turn } from './model.ts'
import { readPage } from './page.ts'
import type { Page } from './page.ts'
import type { JobFilter } from './store.ts'

/** A job with all that hangs on it. */
export interface JobView {
  job: Job
  turns: Turn[]
  artifacts: Artifact[]
  /** Of the newest turn that has one. */
  result: Result | null
  /** How many wait before it; null once it left the queue. */
  ahead: number | null
  /** Ids of the jobs that follow up on it, oldest first. */
  followUpIds: string[]
}

interface Wanted {
  id: string
  tenantId: string
}

export async function findJob(app: Context, { id, tenantId }: Wanted): Promise<JobView | null> {
  const job = await findJobRow(app, { id, tenantId })
  return job === null ? null : viewJob(app, job)
}

/** The row alone, for those who need to know that it is there and how it stands. */
export async function findJobRow(app: Context, { id, tenantId }: Wanted): Promise<Job | null> {
  return isId('job', id) ? app.store.jobs.get(id, { tenantId }) : null
}

/** What belongs to a job as it stood when it was read; nothing is looked for before there can be any. */
export async function viewJob(app: Context, job: Job): Promise<JobView> {
  const { store } = app
  const fresh = job.status === 'queued'
  const [turns, artifacts, result, ahead, followUpIds] = await Promise.all([
    store.turns.listForJob(job.id),
    store.artifacts.listForJob(job.id),
    fresh ? null : store.results.getForJob(job.id),
    fresh ? store.jobs.countAhead(job) : null,
    store.jobs.listFollowUps(job.id),
  ])
  return { job, turns, artifacts, result, ahead, followUpIds }
}

export async function findJobs(
  app: Context,
  { filter, page }: { filter: JobFilter; page: Page },
): Promise<{ rows: Job[]; nextCursor: string | null }> {
  return readPage(page, (wider) => app.store.jobs.list(filter, wider))
}

/** A job's history from `after` on; `nextAfter` is null where it ends for now. Null: no such job. */
export async function findEvents(
  app: Context,
  { id, tenantId, after, limit }: Wanted & { after: number; limit: number },
): Promise<{ events: JobEvent[]; nextAfter: number | null } | null> {
  if ((await findJobRow(app, { id, tenantId })) === null) return null
  const found = await app.store.events.list(id, { after, limit: limit + 1 })
  const events = found.slice(0, limit)
  return { events, nextAfter: found.length > limit ? (events.at(-1)?.seq ?? null) : null }
}
