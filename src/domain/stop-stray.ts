import type { Context } from './context.ts'
import type { Turn, UpstreamError } from './model.ts'
import { pollInterval } from './poll-interval.ts'
import { secondsAfter } from './time.ts'

/** No response runs for longer: then there is nothing left to stop. */
const MAX_RUN_SECONDS = 72 * 3_600

/**
 * Ends a turn whose job ended here while nobody knew of its response. What may still run would still cost:
 * as long as OpenAI cannot be asked to stop it, it is asked again.
 */
export async function stopStray(app: Context, { turn, signal }: { turn: Turn; signal: AbortSignal }): Promise<{ outcome: string }> {
  const now = app.clock.now()
  const answer = turn.responseId === null ? null : await app.openai.cancel(turn.responseId, { account: turn.account, signal })
  const over = secondsAfter(turn.submittedAt ?? turn.createdAt, MAX_RUN_SECONDS) <= now
  if (answer?.outcome === 'unavailable' && mayPass(answer.error) && !over) {
    const dueAt = secondsAfter(now, pollInterval(app.rules, turn.polls + 1))
    const set = { dueAt, polls: turn.polls + 1, claimedUntil: null, lastError: answer.error }
    await app.store.turns.update(turn.id, { from: ['running'], set })
    return { outcome: 'not_stopped' } // the sweep names it again
  }
  await app.store.turns.update(turn.id, { from: ['running'], set: { state: 'done', finishedAt: now, claimedUntil: null } })
  return { outcome: 'nothing_to_do' }
}

/** A refusal (a revoked key) is the same each time. */
function mayPass({ status }: UpstreamError): boolean {
  return status === null || status >= 500 || status === 408 || status === 429
}
