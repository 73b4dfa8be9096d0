import { jobError } from './classify-refusal.ts'
import { hurry } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { isOwed } from './due.ts'
import { claimEnd } from './hold-claim.ts'
import { isFinal } from './job-status.ts'
import type { Turn } from './model.ts'
import { failTurn, recordAmbiguous } from './record-create.ts'
import { secondsAfter } from './time.ts'
import { looksToGiveUp, nextLook, queueLook } from './unconfirmed-looks.ts'

/** The worker that was sending died: whether the request left is not known. */
export async function markLost(app: Context, turn: Turn): Promise<{ outcome: string }> {
  const now = app.clock.now()
  // Counted from now: if all of us were away, the webhook that would tell is still to come.
  const claimed = await app.store.turns.claim(turn.id, { states: ['submitting'], set: { submittedAt: now }, now, until: claimEnd(app) })
  if (claimed === null) return { outcome: 'taken' }
  const message = 'The worker that sent the request stopped before the answer came.'
  return recordAmbiguous(app, { turn: claimed, error: { status: null, code: null, type: null, param: null, message, requestId: null } })
}

/** A create that nothing spoke of: wait on, fail, or create again if the job accepts that both may be billed. */
export async function settleUnconfirmed(app: Context, turn: Turn): Promise<{ outcome: string }> {
  const now = app.clock.now()
  if (!isOwed(turn, now)) return { outcome: 'waiting' }
  const looks = turn.polls + 1
  const giveUpAt = secondsAfter(turn.submittedAt ?? turn.createdAt, app.rules.unconfirmedSeconds)
  if (looks < looksToGiveUp(app.rules) || now < giveUpAt) {
    const planned = await app.store.turns.update(turn.id, { from: ['unconfirmed'], set: { dueAt: nextLook(app), polls: looks } })
    if (planned !== null) await queueLook(app, planned)
    return { outcome: 'waiting' }
  }
  const job = await app.store.jobs.get(turn.jobId)
  if (job === null || isFinal(job.status)) {
    await app.store.turns.update(turn.id, { from: ['unconfirmed'], set: { state: 'done', finishedAt: now } })
    return { outcome: 'nothing_to_do' }
  }
  if (job.onUnconfirmed === 'resubmit') {
    const ready = await app.store.turns.update(turn.id, { from: ['unconfirmed'], set: { state: 'ready', dueAt: now, polls: 0 } })
    if (ready !== null)
      await hurry(app, [{ name: 'submit-job', payload: { turnId: turn.id }, dedupe: `${turn.id}-${turn.submitAttempts}` }])
    return { outcome: 'resubmitted' }
  }
  const message = 'Nothing showed that OpenAI took the request. It may have been billed; submit again if that is acceptable.'
  return failTurn(app, { turn, job, error: jobError('submit_unconfirmed', { message, upstream: turn.lastError }) })
}
