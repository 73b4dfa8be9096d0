import type { Context } from './context.ts'

/** The stage of a job whose account, or model, is held back: what lets it go finds it by that. */
export const HELD_STAGE = 'held'

/** Says, for people, where a job that is not final stands. */
export async function noteProgress(
  app: Context,
  { jobId, stage, message }: { jobId: string; stage: string; message: string },
): Promise<void> {
  const progress = { stage, message, updatedAt: app.clock.now().toISOString() }
  const job = await app.store.jobs.update(jobId, { from: ['queued', 'in_progress'], set: { progress } })
  if (job !== null) await app.store.signalJob(jobId)
}
