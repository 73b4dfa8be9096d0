import { moveUnwanted, unwantedTurnSince } from './cancel-job.ts'
import { jobError } from './classify-refusal.ts'
import { collectContainerFiles, FilesPendingError } from './collect-container-files.ts'
import { commitThenQueue, hurry } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { extractArtifacts } from './extract-artifacts.ts'
import { finishTurn } from './finish-turn.ts'
import { heedVerdict } from './heed-verdict.ts'
import { claimEnd, holdClaim } from './hold-claim.ts'
import { isFinal } from './job-status.ts'
import { judgeResponse } from './judge-response.ts'
import type { Job, Turn, UpstreamError } from './model.ts'
import { moveJob } from './move-job.ts'
import { pollInterval } from './poll-interval.ts'
import { stopStray } from './stop-stray.ts'
import { createPayloadSink } from './store-payload.ts'
import { millisUntil, secondsAfter } from './time.ts'

/** A 404 is believed when it has stood for this long: OpenAI may not know a response in its first minute. */
const MISSING_SECONDS = 60
const SOON_SECONDS = 2
/** Within this the queue tries again for files that could not be had: the sweep need not name that too. */
const RETRIED_WITHIN_SECONDS = 90
/** No reply puts off the next look for longer: a response may be deleted ten minutes after it is done. */
const LONGEST_WAIT_SECONDS = 540
/** A response that runs on for this long after it was cancelled, or that we are not shown, is left to itself. */
const LET_GO_SECONDS = 21_600
/** OpenAI being away says less: what it has may be worth the wait. */
const AWAY_SECONDS = 86_400

/**
 * Looks at a running response. While it runs, the next look is planned; once it is final, everything in it
 * is stored and then told, in one transaction. Two looks at once: one of them has the turn, the other leaves.
 */
export async function collectTurn(
  app: Context,
  { turnId, signal, lastTry }: { turnId: string; signal: AbortSignal; lastTry: boolean },
): Promise<{ outcome: string }> {
  const now = app.clock.now()
  const turn = await app.store.turns.claim(turnId, { states: ['running'], now, until: claimEnd(app) })
  if (turn === null) return { outcome: 'nothing_to_do' }
  try {
    return await holdClaim(app, turnId, () => look(app, { turn, lookedAt: now, signal, lastTry }))
  } catch (error) {
    const retried = error instanceof FilesPendingError ? { dueAt: secondsAfter(app.clock.now(), RETRIED_WITHIN_SECONDS) } : {}
    await app.store.turns.update(turnId, { from: ['running'], set: { claimedUntil: null, ...retried } })
    throw error
  }
}

interface Look {
  turn: Turn
  lookedAt: Date
  signal: AbortSignal
  lastTry: boolean
}

async function look(app: Context, { turn, lookedAt, signal, lastTry }: Look): Promise<{ outcome: string }> {
  const job = await app.store.jobs.get(turn.jobId)
  if (job === null || isFinal(job.status) || turn.responseId === null) return stopStray(app, { turn, signal })
  const { sink, kept } = createPayloadSink(app, { turn, signal })
  const reply = await app.openai.retrieve(turn.responseId, { account: turn.account, signal, sink })
  app.meter.count('looks', { outcome: reply.outcome })
  switch (reply.outcome) {
    case 'missing':
      return missing(app, { turn, job, lookedAt, error: reply.error })
    case 'refused':
      return notShown(app, { turn, job, lookedAt, error: reply.error, atLeastMs: 0, letGoSeconds: LET_GO_SECONDS })
    case 'unavailable': {
      signal.throwIfAborted() // broken off by ourselves: that says nothing of OpenAI
      const { error, retryAfterMs } = reply
      return notShown(app, { turn, job, lookedAt, error, atLeastMs: retryAfterMs ?? 0, letGoSeconds: AWAY_SECONDS })
    }
    case 'found': {
      const { text, response } = reply
      const verdict = judgeResponse(response, { job, turn, now: app.clock.now() })
      if (verdict.status === 'running') return stillRunning(app, { turn, job, lookedAt, upstream: verdict.upstream, signal })
      const files = await collectContainerFiles(app, { turn, response, signal, lastTry })
      const artifacts = [...extractArtifacts(app.ids, { turn, response, kept, at: app.clock.now() }), ...files]
      const finished = await finishTurn(app, { turn, job, verdict, text, response, artifacts })
      await heedVerdict(app, { turn, job, error: verdict.error })
      return finished
    }
    default:
      return reply satisfies never
  }
}

async function stillRunning(
  app: Context,
  { turn, job, lookedAt, upstream, signal }: { turn: Turn; job: Job; lookedAt: Date; upstream: string; signal: AbortSignal },
): Promise<{ outcome: string }> {
  if (upstream === 'in_progress' && job.status === 'queued') {
    await commitThenQueue(app, (unit) => moveJob(app, unit, { job, to: 'in_progress', set: { startedAt: lookedAt, progress: null } }))
  }
  const since = unwantedTurnSince(job, { turn, now: lookedAt })
  let seconds = pollInterval(app.rules, turn.polls + 1)
  if (since !== null) {
    await app.openai.cancel(turn.responseId ?? '', { account: turn.account, signal })
    const elapsed = (lookedAt.getTime() - since.getTime()) / 1000
    if (elapsed >= LET_GO_SECONDS) return letGo(app, { turn, job, lookedAt })
    seconds = Math.min(Math.max(SOON_SECONDS, elapsed), seconds)
  }
  await planLook(app, { turn, seconds, set: { upstreamStatus: upstream, polls: turn.polls + 1, missingSince: null, lastError: null } })
  return { outcome: upstream }
}

async function letGo(app: Context, { turn, job, lookedAt }: { turn: Turn; job: Job; lookedAt: Date }): Promise<{ outcome: string }> {
  await commitThenQueue(app, async (unit) => {
    const done = await unit.tx.turns.update(turn.id, {
      from: ['running'],
      set: { state: 'done', finishedAt: lookedAt, claimedUntil: null },
    })
    if (done !== null) await moveUnwanted(app, unit, job)
  })
  return { outcome: 'let_go' }
}

async function missing(
  app: Context,
  { turn, job, lookedAt, error }: { turn: Turn; job: Job; lookedAt: Date; error: UpstreamError },
): Promise<{ outcome: string }> {
  const since = turn.missingSince ?? lookedAt
  if (secondsAfter(since, MISSING_SECONDS) > lookedAt) {
    await planLook(app, { turn, seconds: SOON_SECONDS * 5, set: { missingSince: since, lastError: error } })
    return { outcome: 'missing' }
  }
  await commitThenQueue(app, async (unit) => {
    const done = await unit.tx.turns.update(turn.id, {
      from: ['running'],
      set: { state: 'done', finishedAt: lookedAt, claimedUntil: null, lastError: error },
    })
    if (done === null) return
    if (unwantedTurnSince(job, { turn, now: lookedAt }) !== null) return moveUnwanted(app, unit, job)
    const message = 'OpenAI no longer has the response: its result was not fetched in time.'
    const failure = jobError('result_expired', { message, upstream: error })
    await moveJob(app, unit, { job, to: 'failed', set: { error: failure }, data: { code: failure.code } })
  })
  return { outcome: 'failed:result_expired' }
}

interface NotShown {
  turn: Turn
  job: Job
  lookedAt: Date
  error: UpstreamError
  atLeastMs: number
  /** A job that is not wanted any more is waited for no longer than this. */
  letGoSeconds: number
}

async function notShown(app: Context, { turn, job, lookedAt, error, atLeastMs, letGoSeconds }: NotShown): Promise<{ outcome: string }> {
  const since = unwantedTurnSince(job, { turn, now: lookedAt })
  if (since !== null && secondsAfter(since, letGoSeconds) <= lookedAt) return letGo(app, { turn, job, lookedAt })
  const asked = Math.min(atLeastMs / 1000, LONGEST_WAIT_SECONDS)
  const seconds = Math.max(asked, pollInterval(app.rules, turn.polls + 1))
  await planLook(app, { turn, seconds, set: { polls: turn.polls + 1, lastError: error } })
  return { outcome: 'unavailable' }
}

/** A hint that came while we looked may speak of something newer than what was seen: then the next look is at once. */
async function planLook(app: Context, { turn, seconds, set }: { turn: Turn; seconds: number; set: Partial<Turn> }): Promise<void> {
  const now = app.clock.now()
  const planned = await app.store.turns.update(turn.id, {
    from: ['running'],
    set: { ...set, dueAt: secondsAfter(now, seconds), claimedUntil: null },
  })
  if (planned === null) return
  // Compared with what was there at the claim, not with a time: the hint's may come from another machine's clock.
  const hinted = planned.hintedAt?.getTime() !== turn.hintedAt?.getTime()
  if (hinted) await app.store.turns.update(turn.id, { from: ['running'], set: { dueAt: now } })
  const dueAt = hinted ? now : (planned.dueAt ?? now)
  const dedupe = `${turn.id}-${dueAt.getTime()}`
  await hurry(app, [{ name: 'collect-turn', payload: { turnId: turn.id }, dedupe, delayMs: millisUntil(dueAt, now) }])
}
