import type { Replay } from './callback-model.ts'
import type { Context } from './context.ts'
import { findEndpoint } from './find-endpoints.ts'
import { isId } from './ids.ts'
import { readPage } from './page.ts'
import type { Page } from './page.ts'

export interface ReplayView {
  replay: Replay
  delivered: number
  failed: number
}

interface Wanted {
  endpointId: string
  tenantId: string
}

export async function findReplay(app: Context, { id, endpointId, tenantId }: Wanted & { id: string }): Promise<ReplayView | null> {
  const replay = isId('rpl', id) ? await app.store.replays.get(id, { tenantId }) : null
  return replay === null || replay.endpointId !== endpointId ? null : viewReplay(app, replay)
}

/** Newest first; null: there is no such endpoint. */
export async function findReplays(
  app: Context,
  { endpointId, tenantId, page }: Wanted & { page: Page },
): Promise<{ rows: Replay[]; nextCursor: string | null } | null> {
  if ((await findEndpoint(app, { id: endpointId, tenantId })) === null) return null
  return readPage(page, (wider) => app.store.replays.list({ tenantId, endpointId }, wider))
}

async function viewReplay(app: Context, replay: Replay): Promise<ReplayView> {
  const { delivered, failed } = await app.store.replays.progress(replay)
  // What was delivered of itself in the meantime is of the same span and cannot be told apart.
  const told = Math.min(delivered, replay.planned)
  return { replay, delivered: told, failed: Math.min(failed, replay.planned - told) }
}
