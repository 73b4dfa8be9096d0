import { classifyRefusal, jobError } from './classify-refusal.ts'
import { commitThenQueue, hurry } from './commit-then-queue.ts'
import type { Unit } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { holdAccount } from './hold-account.ts'
import type { Hold } from './hold-model.ts'
import { judgeCreate, showsOf, toldBeside } from './judge-create.ts'
import type { Job, JobError, Turn, UpstreamError } from './model.ts'
import { moveJob, tellEvents } from './move-job.ts'
import { noteProgress } from './note-progress.ts'
import { pollInterval } from './poll-interval.ts'
import type { CreateOutcome, UpstreamHead } from './ports.ts'
import { heedAnswer } from './release-account.ts'
import { nextLook, queueLook } from './unconfirmed-looks.ts'
import { laterOf, millisUntil, secondsAfter } from './time.ts'
import { untilStored } from './until-stored.ts'

/** How long a turn waits for OpenAI to take it, held back or refused, before that becomes its failure. */
const PATIENCE_SECONDS = 86_400
const RETRY_FIRST_SECONDS = 2
const RETRY_MAX_SECONDS = 300
/** The longest wait that a reply may ask for: after it we ask again, whatever it said. */
const RETRY_AFTER_MAX_SECONDS = 3_600

interface Answered {
  turn: Turn
  job: Job
  outcome: CreateOutcome
}

interface Sent extends Answered {
  /** What was known to hold it back, or to be counted against its account, when it was sent. */
  known: Hold[]
  signal: AbortSignal
}

/** Writes down what the create came to, for its job and for its account. Each part waits for the database by itself: a fault counts once. */
export async function recordCreate(app: Context, { turn, job, outcome, known, signal }: Sent): Promise<{ outcome: string }> {
  const about = { turn_id: turn.id, job_id: job.id, ...(outcome.outcome === 'created' ? { response_id: outcome.response.id } : {}) }
  const stored = <T>(work: () => Promise<T>): Promise<T> => untilStored(app, { work, about, signal })
  const told = toldBeside(known, judgeCreate(outcome))
  const sentAt = turn.submittedAt ?? turn.createdAt
  const hold = told.news === 'fault' ? await stored(() => holdAccount(app, { job, fault: told.fault, sentAt })) : null
  const recorded = await stored(() => recordForJob(app, { turn, job, outcome, hold }))
  const shown = showsOf(told, { known, hold })
  if (shown !== null) await stored(() => heedAnswer(app, { sentAt, ...shown }))
  return recorded
}

async function recordForJob(app: Context, { turn, job, outcome, hold }: Answered & { hold: Hold | null }): Promise<{ outcome: string }> {
  switch (outcome.outcome) {
    case 'created':
      return recordCreated(app, { turn, job, response: outcome.response })
    case 'ambiguous':
      return recordAmbiguous(app, { turn, error: outcome.error })
    case 'unsent': {
      const { error } = outcome
      if (hasPatience(app, { turn, job })) return holdBack(app, { turn, job, error, retryAfterMs: null, hold })
      const message = `OpenAI could not be reached for a day: ${error.message}`
      return failTurn(app, { turn, job, error: jobError('upstream_error', { message, upstream: error }) })
    }
    case 'refused': {
      const { error, retryAfterMs } = outcome
      const { code, wait } = classifyRefusal(error)
      if (wait && hasPatience(app, { turn, job })) return holdBack(app, { turn, job, error, retryAfterMs, hold })
      return failTurn(app, { turn, job, error: jobError(code, { message: error.message, upstream: error }) })
    }
    default:
      return outcome satisfies never
  }
}

/** Whether a wait may go on: it is a day in all, from when the turn could first have been sent. */
export function hasPatience(app: Context, { turn, job }: { turn: Turn; job: Job }): boolean {
  const waited = app.clock.now().getTime() - laterOf(turn.createdAt, job.startAfter).getTime()
  return waited < PATIENCE_SECONDS * 1000
}

async function recordCreated(
  app: Context,
  { turn, job, response }: { turn: Turn; job: Job; response: UpstreamHead },
): Promise<{ outcome: string }> {
  await commitThenQueue(app, async (unit) => {
    const now = app.clock.now()
    const dueAt = secondsAfter(now, pollInterval(app.rules, 0))
    const running = await unit.tx.turns.update(turn.id, {
      from: ['submitting', 'unconfirmed'],
      set: {
        state: 'running',
        responseId: response.id,
        upstreamStatus: response.status,
        model: response.model,
        dueAt,
        claimedUntil: null,
        lastError: null,
        polls: 0,
      },
    })
    if (running === null) return // its webhook was quicker and has been believed
    await tellSubmitted(app, unit, { job, response })
    unit.entries.push({ name: 'collect-turn', payload: { turnId: turn.id }, dedupe: `${turn.id}-0`, delayMs: millisUntil(dueAt, now) })
  })
  const latest = await app.store.jobs.get(job.id)
  if (latest !== null && latest.cancelRequestedAt !== null) {
    await hurry(app, [{ name: 'cancel-job', payload: { jobId: job.id }, dedupe: job.id }])
  }
  return { outcome: 'created' }
}

/** A response for the job is known: tell so, and follow OpenAI's status as far as it has gone. */
export async function tellSubmitted(app: Context, unit: Unit, { job, response }: { job: Job; response: UpstreamHead }): Promise<void> {
  const submitted = { type: 'job.submitted' as const, data: { response_id: response.id } }
  const set = { responseId: response.id, progress: null }
  if (response.status === 'in_progress') {
    const moved = await moveJob(app, unit, { job, to: 'in_progress', set: { ...set, startedAt: app.clock.now() }, events: [submitted] })
    if (moved !== null) return
  }
  const updated = await unit.tx.jobs.update(job.id, { from: ['queued', 'in_progress'], set })
  if (updated !== null) await tellEvents(app, unit, { job: updated, events: [submitted] })
}

/** It may or may not have been created: wait for a webhook that speaks of it. */
export async function recordAmbiguous(app: Context, { turn, error }: { turn: Turn; error: UpstreamError }): Promise<{ outcome: string }> {
  const dueAt = nextLook(app)
  const parked = await app.store.turns.update(turn.id, {
    from: ['submitting'],
    set: { state: 'unconfirmed', dueAt, claimedUntil: null, lastError: error, polls: 0 },
  })
  if (parked === null) return { outcome: 'adopted' }
  const message = `It is not known whether OpenAI took the request: ${error.message}`
  await noteProgress(app, { jobId: turn.jobId, stage: 'unconfirmed', message })
  await queueLook(app, parked)
  return { outcome: 'unconfirmed' }
}

interface HeldBack {
  turn: Turn
  job: Job
  error: UpstreamError
  retryAfterMs: number | null
  /** What the same fault did to the account. */
  hold: Hold | null
}

/** Its own waits widen too, so that the one whose fault it is does not try out its account each time. */
async function holdBack(app: Context, { turn, job, error, retryAfterMs, hold }: HeldBack): Promise<{ outcome: string }> {
  const now = app.clock.now()
  const backoff = Math.min(RETRY_FIRST_SECONDS * 2 ** Math.min(turn.submitAttempts - 1, 20), RETRY_MAX_SECONDS)
  const asked = Math.min((retryAfterMs ?? 0) / 1000, RETRY_AFTER_MAX_SECONDS)
  const seconds = Math.max(asked, backoff * (0.75 + 0.5 * app.random.next()))
  const dueAt = laterOf(secondsAfter(now, seconds), hold?.heldUntil ?? null)
  const held = await app.store.turns.update(turn.id, {
    from: ['submitting', 'unconfirmed'],
    attempt: turn.submitAttempts,
    set: { state: 'ready', dueAt, claimedUntil: null, lastError: error },
  })
  if (held === null) return { outcome: 'adopted' }
  const message = `OpenAI did not take it yet (${error.message}); next try at ${dueAt.toISOString()}`
  await noteProgress(app, { jobId: job.id, stage: 'waiting', message })
  const dedupe = `${turn.id}-${turn.submitAttempts}`
  await hurry(app, [{ name: 'submit-job', payload: { turnId: turn.id }, dedupe, priority: job.priority, delayMs: millisUntil(dueAt, now) }])
  return { outcome: 'held_back' }
}

/** Ends a turn that has no response, and its job with it. */
export async function failTurn(
  app: Context,
  { turn, job, error }: { turn: Turn; job: Job; error: JobError },
): Promise<{ outcome: string }> {
  await commitThenQueue(app, async (unit) => {
    const done = await unit.tx.turns.update(turn.id, {
      from: ['ready', 'submitting', 'unconfirmed'],
      set: { state: 'done', finishedAt: app.clock.now(), claimedUntil: null, lastError: error.upstream },
    })
    if (done !== null) await moveJob(app, unit, { job, to: 'failed', set: { error }, data: { code: error.code } })
  })
  return { outcome: `failed:${error.code}` }
}
