import type { Context } from './context.ts'
import { endPending } from './disable-endpoint.ts'

/** Nothing goes to it any more, what is pending included. False: there is none. */
export async function removeEndpoint(app: Context, { id, tenantId }: { id: string; tenantId: string }): Promise<boolean> {
  const removed = await app.store.transaction(async (tx) => {
    if ((await tx.endpoints.getForChange(id, { tenantId })) === null) return false
    await tx.targets.remove(id)
    return tx.endpoints.remove(id)
  })
  if (removed) await endPending(app, { targetId: id, reason: 'endpoint_deleted' })
  return removed
}
