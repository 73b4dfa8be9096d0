import type { Job } from './model.ts'
import type { Store } from './ports.ts'

/**
 * Locks a job that waits for its caller until the transaction ends, so that of all who would move it on
 * one does, and the rest see what it did. Null: it does not wait (any more).
 */
export async function takeWaitingJob(tx: Store, jobId: string): Promise<Job | null> {
  return tx.jobs.update(jobId, { from: ['requires_action'], set: { progress: null } })
}
