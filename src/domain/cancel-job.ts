import { jobError } from './classify-refusal.ts'
import { commitThenQueue, hurry } from './commit-then-queue.ts'
import type { Unit } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { isFinal } from './job-status.ts'
import type { Job, JobError, Turn, TurnState, UpstreamError } from './model.ts'
import { moveJob } from './move-job.ts'
import { takeWaitingJob } from './take-waiting-job.ts'
import { secondsAfter } from './time.ts'

/** No response runs for longer: what still says so is stuck. */
const MAX_RUN_SECONDS = 72 * 3_600

/** Nothing of these runs at OpenAI as far as is known, so nothing has to be asked there. */
const NOT_RUNNING: readonly TurnState[] = ['ready', 'unconfirmed']

/**
 * Ends a job that its owner or its deadline wants ended. What runs at OpenAI is cancelled there;
 * what the job then becomes is decided by what retrieve says, for a completion may have won the race.
 */
export async function cancelJob(app: Context, { jobId, signal }: { jobId: string; signal: AbortSignal }): Promise<{ outcome: string }> {
  const now = app.clock.now()
  const job = await app.store.jobs.get(jobId)
  const since = job === null ? null : unwantedSince(job, now)
  if (job === null || isFinal(job.status) || since === null) return { outcome: 'nothing_to_do' }
  const turn = (await app.store.turns.listForJob(jobId)).at(-1)
  if (turn === undefined) throw new Error(`job ${jobId} has no turn`)
  if (turn.state === 'submitting') return { outcome: 'being_sent' } // asked again once its response is known
  if (turn.state !== 'running' || turn.responseId === null) return endHere(app, { job, turn })

  if (isAsked(turn, { since, now })) return { outcome: 'asked_before' }

  const answer = await app.openai.cancel(turn.responseId, { account: turn.account, signal })
  if (answer.outcome === 'unavailable' && !isRefused(answer.error))
    throw new Error(`OpenAI could not be asked to cancel: ${answer.error.message}`)
  await app.store.turns.hint(turn.id, app.clock.now())
  await hurry(app, [{ name: 'collect-turn', payload: { turnId: turn.id }, dedupe: `${turn.id}-cancel` }])
  return { outcome: 'asked' }
}

/** A refusal (a revoked key) is the same each time: from here on the looks, which widen and end, ask again. */
function isRefused({ status }: UpstreamError): boolean {
  return status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429
}

/** Since when nobody wants the job any more: its owner wished so, or its deadline is past. Null: it is wanted. */
function unwantedSince({ cancelRequestedAt, deadlineAt }: Job, now: Date): Date | null {
  const late = deadlineAt !== null && deadlineAt <= now ? deadlineAt : null
  if (cancelRequestedAt === null || late === null) return cancelRequestedAt ?? late
  return cancelRequestedAt < late ? cancelRequestedAt : late
}

/** It was looked at since the wish, and the looks to come ask again by themselves. */
function isAsked({ hintedAt, dueAt }: Turn, { since, now }: { since: Date; now: Date }): boolean {
  return hintedAt !== null && hintedAt >= since && dueAt !== null && dueAt > now
}

async function endHere(app: Context, { job, turn }: { job: Job; turn: Turn }): Promise<{ outcome: string }> {
  return commitThenQueue(app, async (unit) => {
    const ended = await endTurn(app, unit, turn)
    if (!ended) return { outcome: 'being_sent' }
    await moveUnwanted(app, unit, job)
    return { outcome: 'ended' }
  })
}

/** False when it is past that: being sent, running, or followed by the turn of an action taken just now. */
async function endTurn(app: Context, { tx }: Unit, turn: Turn): Promise<boolean> {
  if (turn.state === 'done') return (await takeWaitingJob(tx, turn.jobId)) !== null
  // An unconfirmed turn stays so: should its webhook come, it is known whose it was.
  const state = turn.state === 'unconfirmed' ? turn.state : 'done'
  return (await tx.turns.update(turn.id, { from: NOT_RUNNING, set: { state, finishedAt: app.clock.now() } })) !== null
}

/** The same of one turn: it is not wanted either when it ran for as long as none does. */
export function unwantedTurnSince(job: Job, { turn, now }: { turn: Turn; now: Date }): Date | null {
  const since = unwantedSince(job, now)
  const endless = secondsAfter(turn.submittedAt ?? turn.createdAt, MAX_RUN_SECONDS)
  return since === null && endless <= now ? endless : since
}

/** To what a job comes that was ended from our side. */
export async function moveUnwanted(app: Context, unit: Unit, job: Job): Promise<void> {
  if (job.cancelRequestedAt !== null) return void (await moveJob(app, unit, { job, to: 'cancelled' }))
  const error = deadlineError(job, app.clock.now())
  await moveJob(app, unit, { job, to: 'failed', set: { error }, data: { code: error.code } })
}

export function deadlineError({ deadlineAt }: Job, now: Date): JobError {
  const message =
    deadlineAt !== null && deadlineAt <= now
      ? `The job was not done by its deadline, ${deadlineAt.toISOString()}.`
      : `OpenAI had not finished the response ${MAX_RUN_SECONDS / 3_600} hours after it was created.`
  return jobError('deadline_exceeded', { message })
}
