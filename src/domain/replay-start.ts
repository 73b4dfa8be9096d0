import type { Replay, ReplayFilter } from './callback-model.ts'
import { commitThenQueue } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { findEndpoint } from './find-endpoints.ts'

/** More at once would only stand in each other's way. */
const MOST_RUNNING = 3

export type StartReplayOutcome =
  | { outcome: 'started'; replay: Replay } // 202
  | { outcome: 'unknown' } // 404
  | { outcome: 'disabled' } // 409
  | { outcome: 'too_many'; most: number } // 409

/** Writes down what is wanted; the work is done a part at a time by `replay-callbacks`. */
export async function startReplay(
  app: Context,
  wish: { endpointId: string; tenantId: string; since: Date; until: Date | null; filter: ReplayFilter },
): Promise<StartReplayOutcome> {
  const endpoint = await findEndpoint(app, { id: wish.endpointId, tenantId: wish.tenantId })
  if (endpoint === null) return { outcome: 'unknown' }
  if (endpoint.disabledAt !== null) return { outcome: 'disabled' }
  if ((await app.store.replays.countRunning(endpoint.id)) >= MOST_RUNNING) return { outcome: 'too_many', most: MOST_RUNNING }
  const now = app.clock.now()
  const replay: Replay = {
    id: app.ids.next('rpl'),
    tenantId: wish.tenantId,
    endpointId: endpoint.id,
    since: wish.since,
    // What happens from now on is sent anyway.
    until: wish.until === null || wish.until > now ? now : wish.until,
    filter: wish.filter,
    state: 'running',
    cursor: null,
    planned: 0,
    dueAt: now,
    claimedUntil: null,
    createdAt: now,
    finishedAt: null,
  }
  await commitThenQueue(app, async ({ tx, entries }) => {
    await tx.replays.insert(replay)
    entries.push({ name: 'replay-callbacks', payload: { replayId: replay.id }, dedupe: replay.id })
  })
  return { outcome: 'started', replay }
}
