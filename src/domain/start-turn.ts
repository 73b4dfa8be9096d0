import { cancelJob } from './cancel-job.ts'
import { jobError } from './classify-refusal.ts'
import type { Context } from './context.ts'
import { continuedRequest, isInConversation } from './continuation.ts'
import { isOwed } from './due.ts'
import { findWay, probeAgain } from './held-until.ts'
import type { Way } from './held-until.ts'
import { claimEnd, holdClaim } from './hold-claim.ts'
import { isFinal } from './job-status.ts'
import type { Job, Json, JsonObject, Turn } from './model.ts'
import { parkTurn } from './park-turn.ts'
import { probeAccount } from './probe-account.ts'
import { failTurn, recordCreate } from './record-create.ts'
import { joinSecrets } from './request-secrets.ts'
import { restoreInputs } from './restore-inputs.ts'
import { markLost, settleUnconfirmed } from './settle-unconfirmed.ts'
import { upstreamBody } from './upstream-request.ts'

/**
 * Creates the response at OpenAI, at most once: the turn says `submitting` before the request leaves,
 * and whatever cannot be known afterwards is `unconfirmed`, never sent again by itself.
 */
export async function startTurn(app: Context, { turnId, signal }: { turnId: string; signal: AbortSignal }): Promise<{ outcome: string }> {
  const turn = await app.store.turns.get(turnId)
  if (turn === null) return { outcome: 'gone' }
  switch (turn.state) {
    case 'running':
    case 'done':
      return { outcome: 'nothing_to_do' }
    case 'submitting':
      return markLost(app, turn)
    case 'unconfirmed':
      return settleUnconfirmed(app, turn)
    case 'ready':
      return create(app, { turn, signal })
    default:
      return turn.state satisfies never
  }
}

async function create(app: Context, { turn, signal }: { turn: Turn; signal: AbortSignal }): Promise<{ outcome: string }> {
  const now = app.clock.now()
  const job = await app.store.jobs.get(turn.jobId)
  if (job === null || isFinal(job.status)) {
    await app.store.turns.update(turn.id, { from: ['ready'], set: { state: 'done', finishedAt: now } })
    return { outcome: 'nothing_to_do' }
  }
  if (job.cancelRequestedAt !== null || (job.deadlineAt !== null && job.deadlineAt <= now)) return cancelJob(app, { jobId: job.id, signal })
  if (!isOwed(turn, now) || (job.startAfter !== null && job.startAfter > now)) return { outcome: 'not_yet' }
  const way = await findWay(app, job)
  if (way.way === 'held') return parkTurn(app, { turn, job, hold: way.hold })

  const body = await createBody(app, { job, turn })
  if (body === null) {
    const message = `The job ${job.previousJobId} that this one follows up on is no longer here.`
    return failTurn(app, { turn, job, error: jobError('parent_gone', { message }) })
  }
  const inputs = await restoreInputs(app, { jobId: job.id, request: body, signal })
  if (inputs.outcome === 'gone') return failTurn(app, { turn, job, error: jobError('internal_error', inputs) })
  const hold = await probeAccount(app, { job, probe: way.probe, signal })
  if (hold !== null) return parkTurn(app, { turn, job, hold })
  return send(app, { turn, job, way, request: inputs.request, signal })
}

interface Sending {
  turn: Turn
  job: Job
  way: Extract<Way, { way: 'free' }>
  request: JsonObject
  signal: AbortSignal
}

async function send(app: Context, { turn, job, way, request, signal }: Sending): Promise<{ outcome: string }> {
  const now = app.clock.now()
  const until = claimEnd(app)
  const claimed = await app.store.turns.claim(turn.id, {
    states: ['ready'],
    set: { state: 'submitting', submittedAt: now, submitAttempts: turn.submitAttempts + 1, dueAt: until },
    now,
    until,
  })
  if (claimed === null) {
    if (way.probe !== null) await probeAgain(app, { hold: way.probe, at: now })
    return { outcome: 'taken' }
  }
  return holdClaim(app, turn.id, async () => {
    const outcome = await app.openai.create(request, { account: job.account, signal })
    app.meter.count('creates', { outcome: outcome.outcome, model: job.model })
    return recordCreate(app, { turn: claimed, job, outcome, known: way.known, signal })
  })
}

/** Null when the job that it follows up on was deleted since. */
async function createBody(app: Context, { job, turn }: { job: Job; turn: Turn }): Promise<JsonObject | null> {
  const stored = await app.store.jobs.getRequest(job.id)
  if (stored === null) throw new Error(`job ${job.id} has no request`)
  const secrets = stored.sealedSecrets === null ? [] : (JSON.parse(app.vault.open(stored.sealedSecrets)) as string[])
  const request = joinSecrets(JSON.parse(stored.body) as JsonObject, secrets)
  // OpenAI asks for a stable id per end user that does not tell who it is.
  const safetyIdentifier = job.endUser === null ? null : app.digest.sha256(`${job.tenantId}\n${job.endUser}`)
  const input = turn.number === 1 ? null : await app.store.turns.getInput(turn.id)
  if (input !== null) {
    const before = (await app.store.turns.listForJob(job.id)).find(({ number }) => number === turn.number - 1)
    const previousResponseId = isInConversation(request) ? null : (before?.responseId ?? null)
    const continued = continuedRequest(request, JSON.parse(input) as Json[])
    return upstreamBody(continued, { jobId: job.id, previousResponseId, safetyIdentifier })
  }
  if (job.previousJobId === null) return upstreamBody(request, { jobId: job.id, previousResponseId: null, safetyIdentifier })
  const parent = await app.store.jobs.get(job.previousJobId, { tenantId: job.tenantId })
  if (parent === null || parent.responseId === null) return null
  return upstreamBody(request, { jobId: job.id, previousResponseId: parent.responseId, safetyIdentifier })
}
