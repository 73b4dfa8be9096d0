import { commitThenQueue } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import type { EventType } from './job-status.ts'
import { isFinal } from './job-status.ts'
import { keepInputs } from './keep-inputs.ts'
import { mapImageItems } from './map-image-items.ts'
import type { Job, JsonObject, OnUnconfirmed, Turn } from './model.ts'
import { tellEvents } from './move-job.ts'
import { textOf } from './read-json.ts'
import type { Store } from './ports.ts'
import type { Principal } from './principal.ts'
import { splitSecrets } from './request-secrets.ts'
import { submissionText } from './search-text.ts'
import { laterOf, millisUntil, secondsAfter } from './time.ts'

export interface Submission {
  /** A create body that `objectionsTo` has nothing against. */
  request: JsonObject
  account: string
  callbackUrl: string | null
  callbackEvents: EventType[] | null
  labels: Record<string, string>
  priority: number
  startAfter: Date | null
  deadlineSeconds: number | null
  retentionDays: number | null
  previousJobId: string | null
  onUnconfirmed: OnUnconfirmed
  actionTimeoutSeconds: number
  endUser: string | null
}

export type SubmitOutcome =
  | { outcome: 'created'; job: Job } // 202
  | { outcome: 'replayed'; job: Job } // 200
  | { outcome: 'key_reused' } // 409
  | { outcome: 'job_deleted' } // 409: the key's job is gone, and making another could pay twice
  | { outcome: 'parent_unknown' } // 404
  | { outcome: 'parent_of_other_account'; parent: Job } // 409: its response is not there for this one
  | { outcome: 'parent_not_final'; parent: Job } // 409
  | { outcome: 'parent_without_response'; parent: Job } // 409

interface Caller {
  principal: Principal
  submission: Submission
  idempotency: { key: string; bodyHash: string } | null
}

/** Makes a job, its first turn and its first event in one transaction; only then is it acknowledged. */
export async function submitJob(app: Context, { principal, submission, idempotency }: Caller): Promise<SubmitOutcome> {
  const { tenantId } = principal
  // A replay is known before anything of it is stored; two at once are told apart by the claim.
  const seen = idempotency === null ? null : await app.store.idempotency.find({ tenantId, key: idempotency.key })
  if (idempotency !== null && seen !== null) return replay(app.store, { ...seen, tenantId, given: idempotency.bodyHash })
  const { job, turn } = newJob(app, { principal, submission })
  await using inputs = await keepInputs(app, { turn, request: submission.request })
  return await commitThenQueue(app, async (unit): Promise<SubmitOutcome> => {
    const { tx, entries } = unit
    if (idempotency !== null) {
      const claim = await tx.idempotency.claim({ ...idempotency, tenantId, jobId: job.id, at: job.createdAt })
      if (claim.outcome === 'seen') return replay(tx, { ...claim, tenantId, given: idempotency.bodyHash })
    }
    if (submission.previousJobId !== null) {
      const refusal = await refuseParent(tx.jobs.get(submission.previousJobId, { tenantId }), submission)
      if (refusal !== null) throw new ParentRefused(refusal)
    }
    const request = await mapImageItems(tx, { ...submission, request: inputs.request, tenantId })
    const { open, secrets } = splitSecrets(request)
    await tx.jobs.insert(job, {
      body: JSON.stringify(open),
      sealedSecrets: secrets.length === 0 ? null : app.vault.seal(JSON.stringify(secrets)),
    })
    await tx.turns.insert(turn)
    await tx.artifacts.insert(inputs.artifacts)
    await tx.search.put(job.id, submissionText(submission.request, submission.labels))
    await tellEvents(app, unit, { job, events: [{ type: 'job.queued', data: {} }] })
    entries.push({
      name: 'submit-job',
      payload: { turnId: turn.id },
      dedupe: turn.id,
      priority: job.priority,
      delayMs: job.startAfter === null ? 0 : millisUntil(job.startAfter, job.createdAt),
    })
    inputs.keep()
    return { outcome: 'created', job }
  }).catch((error: unknown) => {
    if (error instanceof ParentRefused) return error.refusal
    throw error
  })
}

interface Seen {
  jobId: string
  bodyHash: string
  tenantId: string
  /** The hash of what was sent now. */
  given: string
}

/** What a key stands for that was used before. */
async function replay(store: Pick<Store, 'jobs'>, { jobId, bodyHash, tenantId, given }: Seen): Promise<SubmitOutcome> {
  if (bodyHash !== given) return { outcome: 'key_reused' }
  const earlier = await store.jobs.get(jobId, { tenantId })
  return earlier === null ? { outcome: 'job_deleted' } : { outcome: 'replayed', job: earlier }
}

type ParentRefusal = Extract<SubmitOutcome, { outcome: `parent_${string}` }>

/** Thrown to roll back the idempotency claim: a refused submission must not hold its key. */
class ParentRefused extends Error {
  override name = 'ParentRefused'
  readonly refusal: ParentRefusal
  constructor(refusal: ParentRefusal) {
    super(refusal.outcome)
    this.refusal = refusal
  }
}

async function refuseParent(found: Promise<Job | null>, { account }: Submission): Promise<ParentRefusal | null> {
  const parent = await found
  if (parent === null) return { outcome: 'parent_unknown' }
  if (parent.account !== account) return { outcome: 'parent_of_other_account', parent }
  if (!isFinal(parent.status)) return { outcome: 'parent_not_final', parent }
  return parent.responseId === null ? { outcome: 'parent_without_response', parent } : null
}

function newJob(app: Context, { principal, submission }: { principal: Principal; submission: Submission }): { job: Job; turn: Turn } {
  const createdAt = app.clock.now()
  const { request, deadlineSeconds, ...kept } = submission
  const start = laterOf(createdAt, submission.startAfter)
  const job: Job = {
    ...kept,
    id: app.ids.next('job'),
    tenantId: principal.tenantId,
    keyId: principal.keyId,
    status: 'queued',
    model: textOf(request.model) ?? '',
    metadata: (request.metadata ?? {}) as Record<string, string>,
    deadlineAt: deadlineSeconds === null ? null : secondsAfter(start, deadlineSeconds),
    expiresAt: null,
    responseId: null,
    progress: null,
    error: null,
    incompleteDetails: null,
    refusal: null,
    requiredAction: null,
    actionDueAt: null,
    costMicroUsd: null,
    cancelRequestedAt: null,
    createdAt,
    startedAt: null,
    finishedAt: null,
  }
  const turn: Turn = {
    id: app.ids.next('turn'),
    jobId: job.id,
    tenantId: job.tenantId,
    account: job.account,
    number: 1,
    state: 'ready',
    responseId: null,
    upstreamStatus: null,
    model: null,
    submitAttempts: 0,
    polls: 0,
    dueAt: start,
    claimedUntil: null,
    hintedAt: null,
    missingSince: null,
    lastError: null,
    createdAt,
    submittedAt: null,
    finishedAt: null,
  }
  return { job, turn }
}
