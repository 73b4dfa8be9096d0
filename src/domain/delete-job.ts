import { commitThenQueue } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { isFinal } from './job-status.ts'
import type { Job } from './model.ts'

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
  const keys: string[] = []
  for await (const { key } of app.objects.list(`${job.tenantId}/${job.id}/`)) keys.push(key)
  await app.objects.remove(keys)
  if (upstream) {
    for (const { responseId, account } of await app.store.turns.listForJob(jobId)) {
      if (responseId !== null) await app.openai.remove(responseId, { account, signal })
    }
  }
  await app.store.jobs.remove(jobId)
  return { outcome: 'purged' }
}
