import { classifyRefusal, jobError } from './classify-refusal.ts'
import { commitThenQueue, hurry } from './commit-then-queue.ts'
import type { Unit } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import type { Job, JobError, Turn, UpstreamError } from './model.ts'
import { moveJob, tellEvents } from './move-job.ts'
import { noteProgress } from './note-progress.ts'
import { pollInterval } from './poll-interval.ts'
import type { CreateOutcome, UpstreamHead } from './ports.ts'
import { laterOf, millisUntil, secondsAfter } from './time.ts'

/** How long a turn waits for OpenAI to take it before a refusal that may pass becomes its failure. */
const PATIENCE_SECONDS = 86_400
const RETRY_FIRST_SECONDS = 2
const RETRY_MAX_SECONDS = 300
/** The longest wait that a reply may ask for: after it we ask again, whatever it said. */
const RETRY_AFTER_MAX_SECONDS = 3_600

/** Writes down what the create came to. */
export async function recordCreate(
  app: Context,
  { turn, job, outcome }: { turn: Turn; job: Job; outcome: CreateOutcome },
): Promise<{ outcome: string }> {
  switch (outcome.outcome) {
    case 'created':
      return recordCreated(app, { turn, job, response: outcome.response })
    case 'ambiguous':
      return recordAmbiguous(app, { turn, error: outcome.error })
    case 'unsent':
      return holdBack(app, { turn, job, error: outcome.error, retryAfterMs: null })
    case 'refused': {
      const { error, retryAfterMs } = outcome
      const refusal = classifyRefusal(error)
      const waited = app.clock.now().getTime() - laterOf(turn.createdAt, job.startAfter).getTime()
      if (refusal.wait && waited < PATIENCE_SECONDS * 1000) return holdBack(app, { turn, job, error, retryAfterMs })
      return failTurn(app, { turn, job, error: jobError(refusal.code, { message: error.message, upstream: error }) })
    }
    default:
      return outcome satisfies never
  }
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
  const dueAt = secondsAfter(turn.submittedAt ?? app.clock.now(), app.rules.unconfirmedSeconds)
  const parked = await app.store.turns.update(turn.id, {
    from: ['submitting'],
    set: { state: 'unconfirmed', dueAt, claimedUntil: null, lastError: error },
  })
  if (parked === null) return { outcome: 'adopted' }
  const message = `It is not known whether OpenAI took the request: ${error.message}`
  await noteProgress(app, { jobId: turn.jobId, stage: 'unconfirmed', message })
  return { outcome: 'unconfirmed' }
}

interface HeldBack {
  turn: Turn
  job: Job
  error: UpstreamError
  retryAfterMs: number | null
}

async function holdBack(app: Context, { turn, job, error, retryAfterMs }: HeldBack): Promise<{ outcome: string }> {
  const now = app.clock.now()
  const backoff = Math.min(RETRY_FIRST_SECONDS * 2 ** Math.min(turn.submitAttempts - 1, 20), RETRY_MAX_SECONDS)
  const asked = Math.min((retryAfterMs ?? 0) / 1000, RETRY_AFTER_MAX_SECONDS)
  const seconds = Math.max(asked, backoff * (0.75 + 0.5 * app.random.next()))
  const dueAt = secondsAfter(now, seconds)
  const held = await app.store.turns.update(turn.id, {
    from: ['submitting', 'unconfirmed'],
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
