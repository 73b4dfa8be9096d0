import type { Context } from './context.ts'
import { isFinal } from './job-status.ts'
import type { Job } from './model.ts'
import { secondsAfter } from './time.ts'

/** Signals may be lost: this often the row itself is looked at. */
const LOOK_MS = 2_000

/** The job once it is final or wants something, or as it is when the time is up. Null when it is gone. */
export async function waitForJob(
  app: Context,
  { id, tenantId, seconds, signal }: { id: string; tenantId: string; seconds: number; signal: AbortSignal },
): Promise<Job | null> {
  const until = secondsAfter(app.clock.now(), seconds)
  for (;;) {
    // Asked for before the look, so that a change between the two is not slept through.
    const left = until.getTime() - app.clock.now().getTime()
    const changed = app.signals.next(id, { timeoutMs: Math.max(0, Math.min(LOOK_MS, left)), signal })
    const job = await app.store.jobs.get(id, { tenantId })
    if (job === null || isFinal(job.status) || job.status === 'requires_action' || left <= 0 || signal.aborted) return job
    await changed
  }
}
