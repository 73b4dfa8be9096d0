import type { Delivery } from './callback-model.ts'
import { hurry } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { isId } from './ids.ts'

export type RedeliverOutcome =
  | { outcome: 'asked'; delivery: Delivery } // 202
  | { outcome: 'unknown' } // 404
  | { outcome: 'disabled'; endpointId: string } // 409
  | { outcome: 'endpoint_gone' } // 409
  | { outcome: 'not_repeated' } // 409

/** Once more from the start of the schedule, with the same id and body and a new signature; what is pending is due at once. */
export async function redeliver(app: Context, { id, tenantId }: { id: string; tenantId: string }): Promise<RedeliverOutcome> {
  const found = isId('dlv', id) ? await app.store.deliveries.get(id, { tenantId }) : null
  if (found === null) return { outcome: 'unknown' }
  if (found.origin === 'test') return { outcome: 'not_repeated' }
  if (found.endpointId !== null) {
    const endpoint = await app.store.endpoints.get(found.endpointId, { tenantId })
    if (endpoint === null) return { outcome: 'endpoint_gone' }
    if (endpoint.disabledAt !== null) return { outcome: 'disabled', endpointId: endpoint.id }
  }
  const delivery = await app.store.deliveries.askAgain(id, { tenantId, dueAt: app.clock.now() })
  if (delivery === null) return { outcome: 'unknown' }
  await hurry(app, [{ name: 'deliver', payload: { deliveryId: id, targetId: delivery.targetId || undefined } }])
  return { outcome: 'asked', delivery }
}
