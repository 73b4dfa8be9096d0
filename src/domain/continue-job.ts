import { commitThenQueue } from './commit-then-queue.ts'
import type { Unit } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import type { ErrorDetail } from './errors.ts'
import { findJobRow } from './find-jobs.ts'
import { hasPayloads } from './find-inputs.ts'
import { keepInputs } from './keep-inputs.ts'
import type { KeptInputs } from './keep-inputs.ts'
import { knownInputs, referToKnown } from './known-inputs.ts'
import type { KnownInputs } from './known-inputs.ts'
import type { Job, JsonObject, Turn } from './model.ts'
import { moveJob } from './move-job.ts'
import { answeredCalls, openCalls, readActions } from './read-actions.ts'
import type { Actions, ActionsRead } from './read-actions.ts'
import type { Store } from './ports.ts'
import { sameJson } from './same-json.ts'
import { continuationText } from './search-text.ts'
import { takeWaitingJob } from './take-waiting-job.ts'

export type ContinueOutcome =
  | { outcome: 'continued'; job: Job } // 202
  | { outcome: 'repeated'; job: Job } // 202: these very actions continued it before
  | { outcome: 'unknown' } // 404
  | { outcome: 'not_waiting'; job: Job } // 409
  | { outcome: 'faulty'; faults: ErrorDetail[] } // 400

/** Answers what a job waits for with a new turn. The same actions given again are known by the turn they made. */
export async function continueJob(
  app: Context,
  { id, tenantId, actions }: { id: string; tenantId: string; actions: Actions },
): Promise<ContinueOutcome> {
  const seen = await findJobRow(app, { id, tenantId })
  if (seen === null) return { outcome: 'unknown' }
  await using next = await prepareTurn(app, { job: seen, actions })
  const done = await commitThenQueue(app, async (unit): Promise<ContinueOutcome | 'moved'> => {
    const waiting = await takeWaitingJob(unit.tx, id)
    const read = waiting === null ? null : readFor(waiting, actions)
    if (waiting !== null && read?.outcome === 'read') {
      const before = newest(await unit.tx.turns.listForJob(id))
      if (next?.turn.number !== before.number + 1) return 'moved'
      return { outcome: 'continued', job: await addTurn(app, unit, { job: waiting, next }) }
    }
    const job = waiting ?? (await unit.tx.jobs.get(id, { tenantId }))
    if (job === null) return { outcome: 'unknown' }
    if (await wereGiven(unit.tx, { jobId: id, actions })) return { outcome: 'repeated', job }
    return read?.outcome === 'faulty' ? read : { outcome: 'not_waiting', job }
  })
  // It came to wait for this between the look and the lock.
  return done === 'moved' ? continueJob(app, { id, tenantId, actions }) : done
}

interface NextTurn extends AsyncDisposable {
  turn: Turn
  items: JsonObject[]
  inputs: KeptInputs
}

/** The payloads are stored before the job is locked; whoever loses the race removes his own. */
async function prepareTurn(app: Context, { job, actions }: { job: Job; actions: Actions }): Promise<NextTurn | null> {
  const read = job.status === 'requires_action' ? readFor(job, actions) : null
  if (read?.outcome !== 'read') return null
  const { items } = read
  const turn = nextTurn(app, { job, before: newest(await app.store.turns.listForJob(job.id)) })
  const request = { input: items }
  const known = hasPayloads(request) ? knownInputs(await app.store.artifacts.listForJob(job.id)) : undefined
  const inputs = await keepInputs(app, { turn, request, ...(known && { known }) })
  return { turn, items, inputs, [Symbol.asyncDispose]: () => inputs[Symbol.asyncDispose]() }
}

function readFor({ requiredAction, cancelRequestedAt }: Job, actions: Actions): ActionsRead | null {
  return requiredAction && cancelRequestedAt === null ? readActions(openCalls(requiredAction), actions) : null
}

async function addTurn(app: Context, unit: Unit, { job, next }: { job: Job; next: NextTurn }): Promise<Job> {
  const { turn, items, inputs } = next
  const set = { requiredAction: null, actionDueAt: null }
  const moved = await moveJob(app, unit, { job, to: 'in_progress', set, data: { turn: turn.number } })
  if (moved === null) throw new Error(`job ${job.id} moved while it was held`)
  await unit.tx.turns.insert(turn, { input: JSON.stringify(inputs.request.input) })
  await unit.tx.artifacts.insert(inputs.artifacts)
  await unit.tx.search.put(job.id, continuationText(items))
  unit.entries.push({ name: 'submit-job', payload: { turnId: turn.id }, dedupe: turn.id, priority: job.priority })
  inputs.keep()
  return moved
}

function nextTurn(app: Context, { job, before }: { job: Job; before: Turn }): Turn {
  const now = app.clock.now()
  return {
    id: app.ids.derive('turn', before.id, 'continued'),
    jobId: job.id,
    tenantId: job.tenantId,
    account: job.account,
    number: before.number + 1,
    state: 'ready',
    responseId: null,
    upstreamStatus: null,
    model: null,
    submitAttempts: 0,
    polls: 0,
    dueAt: now,
    claimedUntil: null,
    hintedAt: null,
    missingSince: null,
    lastError: null,
    createdAt: now,
    submittedAt: null,
    finishedAt: null,
  }
}

function newest(turns: Turn[]): Turn {
  const turn = turns.at(-1)
  if (turn === undefined) throw new Error('a job without a turn waits for its caller')
  return turn
}

/** Whether these very actions made one of the job's turns. */
async function wereGiven(tx: Store, { jobId, actions }: { jobId: string; actions: Actions }): Promise<boolean> {
  let known: KnownInputs | null = null
  for (const text of await tx.turns.listInputs(jobId)) {
    const items = JSON.parse(text) as JsonObject[]
    const read = readActions(answeredCalls(items), actions)
    if (read.outcome !== 'read') continue
    known ??= knownInputs(await tx.artifacts.listForJob(jobId))
    if (sameJson(referToKnown({ input: read.items }, known).input ?? null, items)) return true
  }
  return false
}
