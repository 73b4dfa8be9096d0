import { jobError } from './classify-refusal.ts'
import { commitThenQueue, hurry } from './commit-then-queue.ts'
import type { Unit } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { isFinal } from './job-status.ts'
import type { Job, Turn, TurnState } from './model.ts'
import { moveJob } from './move-job.ts'
import { takeWaitingJob } from './take-waiting-job.ts'

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
  if (answer.outcome === 'unavailable') throw new Error(`OpenAI could not be asked to cancel: ${answer.error.message}`)
  await app.store.turns.hint(turn.id, app.clock.now())
  await hurry(app, [{ name: 'collect-turn', payload: { turnId: turn.id }, dedupe: `${turn.id}-cancel` }])
  return { outcome: 'asked' }
}

/** Since when nobody wants the job any more: its owner wished so, or its deadline is past. Null: it is wanted. */
export function unwantedSince({ cancelRequestedAt, deadlineAt }: Job, now: Date): Date | null {
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

/** To what a job comes that was ended from our side. */
export async function moveUnwanted(app: Context, unit: Unit, job: Job): Promise<void> {
  if (job.cancelRequestedAt !== null) await moveJob(app, unit, { job, to: 'cancelled' })
  else await moveJob(app, unit, { job, to: 'failed', set: { error: deadlineError(job) }, data: { code: 'deadline_exceeded' } })
}

export function deadlineError(job: Job): NonNullable<Job['error']> {
  return jobError('deadline_exceeded', { message: `The job was not done by its deadline, ${job.deadlineAt?.toISOString()}.` })
}
