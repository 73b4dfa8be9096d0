import { commitThenQueue } from './commit-then-queue.ts'
import type { Unit } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import type { ErrorDetail } from './errors.ts'
import { findJobRow } from './find-jobs.ts'
import type { Job, JsonObject, Turn } from './model.ts'
import { moveJob } from './move-job.ts'
import { answeredCalls, openCalls, readActions } from './read-actions.ts'
import type { Actions } from './read-actions.ts'
import { sameJson } from './same-json.ts'
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
  if ((await findJobRow(app, { id, tenantId })) === null) return { outcome: 'unknown' }
  return commitThenQueue(app, async (unit): Promise<ContinueOutcome> => {
    const waiting = await takeWaitingJob(unit.tx, id)
    const turns = await unit.tx.turns.listForJob(id)
    const read =
      waiting?.requiredAction && waiting.cancelRequestedAt === null ? readActions(openCalls(waiting.requiredAction), actions) : null
    if (waiting !== null && read?.outcome === 'read') {
      const job = await addTurn(app, unit, { job: waiting, before: newest(turns), items: read.items })
      return { outcome: 'continued', job }
    }
    const job = waiting ?? (await unit.tx.jobs.get(id, { tenantId }))
    if (job === null) return { outcome: 'unknown' }
    if (turns.some((turn) => isMadeBy(turn, actions))) return { outcome: 'repeated', job }
    return read?.outcome === 'faulty' ? read : { outcome: 'not_waiting', job }
  })
}

async function addTurn(app: Context, unit: Unit, { job, before, items }: { job: Job; before: Turn; items: JsonObject[] }): Promise<Job> {
  const now = app.clock.now()
  const turn: Turn = {
    id: app.ids.derive('turn', before.id, 'continued'),
    jobId: job.id,
    tenantId: job.tenantId,
    account: job.account,
    number: before.number + 1,
    state: 'ready',
    responseId: null,
    input: JSON.stringify(items),
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
  const set = { requiredAction: null, actionDueAt: null }
  const moved = await moveJob(app, unit, { job, to: 'in_progress', set, data: { turn: turn.number } })
  if (moved === null) throw new Error(`job ${job.id} moved while it was held`)
  await unit.tx.turns.insert(turn)
  unit.entries.push({ name: 'submit-job', payload: { turnId: turn.id }, dedupe: turn.id, priority: job.priority })
  return moved
}

function newest(turns: Turn[]): Turn {
  const turn = turns.at(-1)
  if (turn === undefined) throw new Error('a job without a turn waits for its caller')
  return turn
}

function isMadeBy({ input }: Turn, actions: Actions): boolean {
  if (input === null) return false
  const items = JSON.parse(input) as JsonObject[]
  const read = readActions(answeredCalls(items), actions)
  return read.outcome === 'read' && sameJson(read.items, items)
}
