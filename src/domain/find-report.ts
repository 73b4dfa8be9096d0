import { linkToArtifact } from './artifact-link.ts'
import type { Context } from './context.ts'
import { findJobRow } from './find-jobs.ts'
import { isFinal } from './job-status.ts'
import type { Job, Result, Turn } from './model.ts'
import { composeReport } from './report-compose.ts'
import { artifactHref } from './report-links.ts'
import type { Report } from './report-model.ts'

export type ReportOutcome =
  | { outcome: 'found'; report: Report } // 200
  | { outcome: 'unknown' } // 404
  | { outcome: 'not_yet'; job: Job } // 404

interface Wanted {
  id: string
  tenantId: string
  /** For how long its links open without a key; null: they are plain, and need one. */
  linkSeconds: number | null
}

/** A job's answer for people. One that ended without any has a report that says why. */
export async function findReport(app: Context, { id, tenantId, linkSeconds }: Wanted): Promise<ReportOutcome> {
  const job = await findJobRow(app, { id, tenantId })
  if (job === null) return { outcome: 'unknown' }
  const [turns, artifacts] = await Promise.all([listResults(app, job.id), app.store.artifacts.listForJob(job.id)])
  if (!isFinal(job.status) && turns.every(({ result }) => result === null)) return { outcome: 'not_yet', job }
  // Each once: a second later it would be another address, and what is shown is told by it.
  const links = new Map(artifacts.map(({ id: one }) => [one, linkSeconds === null ? artifactHref(one) : signedHref(app, one, linkSeconds)]))
  const hrefOf = (artifactId: string): string => links.get(artifactId) ?? artifactHref(artifactId)
  return { outcome: 'found', report: composeReport({ job, turns, artifacts, hrefOf }) }
}

/** Each turn of a job with its result, in order. */
export async function listResults(app: Context, jobId: string): Promise<{ turn: Turn; result: Result | null }[]> {
  const turns = (await app.store.turns.listForJob(jobId)).toSorted((a, b) => a.number - b.number)
  return Promise.all(turns.map(async (turn) => ({ turn, result: await app.store.results.getForTurn(turn.id) })))
}

function signedHref(app: Context, artifactId: string, seconds: number): string {
  return linkToArtifact(app, artifactId, { seconds }).url
}
