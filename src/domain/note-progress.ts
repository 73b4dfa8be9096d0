import type { Context } from './context.ts'

/** Says, for people, where a job that is not final stands. */
export async function noteProgress(
  app: Context,
  { jobId, stage, message }: { jobId: string; stage: string; message: string },
): Promise<void> {
  const progress = { stage, message, updatedAt: app.clock.now().toISOString() }
  const job = await app.store.jobs.update(jobId, { from: ['queued', 'in_progress'], set: { progress } })
  if (job !== null) await app.store.signalJob(jobId)
}
