import { jobError } from './classify-refusal.ts'
import type { Context } from './context.ts'
import type { FailureCode } from './failure-codes.ts'
import type { Hold, HoldReason } from './hold-model.ts'
import type { Job, Turn } from './model.ts'
import { HELD_STAGE, noteProgress } from './note-progress.ts'
import { failTurn, hasPatience } from './record-create.ts'
import { secondsAfter } from './time.ts'

/** Over how long held turns are spread: the longer it lasts, the more seldom each looks by itself. All are woken when it ends. */
const SPREAD_MIN_SECONDS = 300
const SPREAD_MAX_SECONDS = 3_600

const WHY: Record<HoldReason, { code: FailureCode; words: string }> = {
  rate_limited: { code: 'rate_limited', words: 'OpenAI says that too much was asked of this model' },
  quota_exhausted: { code: 'quota_exhausted', words: 'the OpenAI account has no quota or budget left' },
  auth_failed: { code: 'auth_failed', words: 'OpenAI refuses the API key' },
  outage: { code: 'upstream_error', words: 'OpenAI cannot be reached or answers with faults' },
}

/** Leaves a turn `ready` whose account is held back: nothing is sent, and nothing counted. */
export async function parkTurn(
  app: Context,
  { turn, job, hold }: { turn: Turn; job: Job; hold: Hold & { heldUntil: Date } },
): Promise<{ outcome: string }> {
  const now = app.clock.now()
  const { code, words } = WHY[hold.reason]
  if (!hasPatience(app, { turn, job })) {
    const message = `The job waited for a day and could not be sent: ${words}.`
    return failTurn(app, { turn, job, error: jobError(code, { message, upstream: turn.lastError ?? hold.lastError }) })
  }
  const lasts = (now.getTime() - (hold.openedAt ?? now).getTime()) / 1000
  const spread = Math.min(Math.max(lasts, SPREAD_MIN_SECONDS), SPREAD_MAX_SECONDS) * app.random.next()
  const message = `Not sent yet, because ${words}; next try at ${hold.heldUntil.toISOString()} or soon after`
  // First the mark that it is woken by: a worker that dies in between leaves a turn that is due, not one that sleeps unseen.
  await noteProgress(app, { jobId: job.id, stage: HELD_STAGE, message })
  // Without a queue entry: it is woken when the hold ends, else found late by the sweep.
  const parked = await app.store.turns.update(turn.id, { from: ['ready'], set: { dueAt: secondsAfter(hold.heldUntil, spread) } })
  return { outcome: parked === null ? 'taken' : 'held' }
}
