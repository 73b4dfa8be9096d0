import { jobError } from './classify-refusal.ts'
import { commitThenQueue } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { StoreUnavailableError } from './errors.ts'
import type { Job } from './model.ts'
import { moveJob } from './move-job.ts'
import { openCalls } from './read-actions.ts'
import { takeWaitingJob } from './take-waiting-job.ts'

const NAMED = 10

/** Fails the jobs whose caller took no action in time; one that is continued at this moment goes on. How many it failed. */
export async function expireActions(app: Context, { now, limit }: { now: Date; limit: number }): Promise<number> {
  let failed = 0
  for (const { id } of await app.store.jobs.listActionOverdue({ now, limit })) {
    try {
      if (await expireAction(app, { id, now })) failed += 1
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error
      app.log.warn({ error, job_id: id }, 'action.not_expired') // it must not keep the others waiting
    }
  }
  return failed
}

async function expireAction(app: Context, { id, now }: { id: string; now: Date }): Promise<boolean> {
  return commitThenQueue(app, async (unit) => {
    const job = await takeWaitingJob(unit.tx, id)
    if (job === null || job.actionDueAt === null || job.actionDueAt > now) return false
    const error = jobError('action_timeout', { message: overdueMessage(job) })
    return (await moveJob(app, unit, { job, to: 'failed', set: { error }, data: { code: error.code } })) !== null
  })
}

function overdueMessage({ requiredAction, actionDueAt }: Job): string {
  const ids = requiredAction === null ? [] : openCalls(requiredAction).map(({ id }) => id)
  const more = ids.length > NAMED ? ` and ${ids.length - NAMED} more` : ''
  return `Nobody answered ${ids.slice(0, NAMED).join(', ')}${more} by ${actionDueAt?.toISOString()}.`
}
