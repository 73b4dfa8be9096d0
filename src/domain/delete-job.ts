import { batches } from './batches.ts'
import { commitThenQueue } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { isFinal } from './job-status.ts'
import type { Job } from './model.ts'
import { secondsAfter } from './time.ts'

const REFUSED_SECONDS = 900

export type DeleteOutcome = { outcome: 'deleted' } | { outcome: 'unknown' } | { outcome: 'not_final'; job: Job }

/** Gone for every reader at once; its objects and rows follow. */
export async function deleteJob(
  app: Context,
  { id, tenantId, upstream }: { id: string; tenantId: string; upstream: boolean },
): Promise<DeleteOutcome> {
  const job = await app.store.jobs.get(id, { tenantId })
  if (job === null) return { outcome: 'unknown' }
  if (!isFinal(job.status)) return { outcome: 'not_final', job }
  return commitThenQueue(app, async ({ tx, entries }): Promise<DeleteOutcome> => {
    if (!(await tx.jobs.markDeleted(id, { at: app.clock.now(), upstream }))) return { outcome: 'unknown' }
    entries.push({ name: 'purge-job', payload: { jobId: id }, dedupe: id })
    return { outcome: 'deleted' }
  })
}

/** Objects first, then OpenAI's copy where that was asked, the rows last: until then it can be begun again. */
export async function purgeJob(app: Context, { jobId, signal }: { jobId: string; signal: AbortSignal }): Promise<{ outcome: string }> {
  const deleted = await app.store.jobs.getDeleted(jobId)
  if (deleted === null) return { outcome: 'nothing_to_do' }
  const { job, upstream } = deleted
  for await (const batch of batches(app.objects.list(`${job.tenantId}/${job.id}/`))) {
    await app.objects.remove(batch.map(({ key }) => key))
    signal.throwIfAborted()
  }
  if (upstream) await removeUpstream(app, { jobId, signal })
  await app.store.jobs.remove(jobId)
  return { outcome: 'purged' }
}

/** A refusal (a revoked key) lasts: it is asked again now and then, and not by every sweep. */
async function removeUpstream(app: Context, { jobId, signal }: { jobId: string; signal: AbortSignal }): Promise<void> {
  try {
    for (const { responseId, account } of await app.store.turns.listForJob(jobId)) {
      if (responseId !== null) await app.openai.remove(responseId, { account, signal })
    }
  } catch (error) {
    await app.store.jobs.deferPurge(jobId, secondsAfter(app.clock.now(), REFUSED_SECONDS))
    throw error
  }
}
