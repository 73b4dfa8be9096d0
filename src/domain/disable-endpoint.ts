import type { Delivery, DeliveryEnd, DisabledReason, Endpoint } from './callback-model.ts'
import { endpointPayload } from './callback-payload.ts'
import { targetOf } from './callback-target.ts'
import { commitThenQueue } from './commit-then-queue.ts'
import type { Unit } from './commit-then-queue.ts'
import type { Context } from './context.ts'

const AT_ONCE = 500
/** What is left then ends when its turn comes. */
const ROUNDS = 20

/** Ends what is sent to an endpoint that wants nothing more, or that does not work, and tells its owner. Once, however many find it so. */
export async function disableEndpoint(
  app: Context,
  { endpoint, reason }: { endpoint: Endpoint; reason: Exclude<DisabledReason, 'by_owner'> },
): Promise<void> {
  const at = app.clock.now()
  const disabled = await commitThenQueue(app, async (unit) => {
    const row = await unit.tx.endpoints.disable(endpoint.id, { disabledAt: at, disabledReason: reason })
    if (row !== null) await tellOthers(app, unit, row)
    return row
  })
  if (disabled === null) return
  app.log.warn({ endpoint_id: endpoint.id, tenant_id: endpoint.tenantId, reason }, 'endpoint.disabled')
  app.meter.count('endpoints_disabled', { reason })
  await endPending(app, { targetId: endpoint.id, reason: 'endpoint_disabled' })
}

/** Nothing more goes to the target. */
export async function endPending(app: Context, { targetId, reason }: { targetId: string; reason: DeliveryEnd }): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const ended = await app.store.deliveries.failPendingForTarget(targetId, { at: app.clock.now(), reason, limit: AT_ONCE })
    if (ended < AT_ONCE) return
  }
}

/** To the owner's other endpoints, as far as they want to hear of it. */
async function tellOthers(app: Context, { tx, entries }: Unit, endpoint: Endpoint): Promise<void> {
  const { tenantId } = endpoint
  const at = app.clock.now()
  const others = await tx.endpoints.listWanting({ tenantId, types: ['endpoint.disabled'], labels: null })
  if (others.length === 0) return
  const eventId = app.ids.next('evt')
  const payload = endpointPayload({ endpoint, at, publicUrl: app.publicUrl })
  const notices = others.map((other): Delivery => {
    const address = { tenantId, endpointId: other.id, url: other.url }
    return {
      ...address,
      id: app.ids.derive('dlv', eventId, other.id),
      jobId: null,
      targetId: targetOf(address),
      origin: 'notice',
      eventSeq: 0,
      eventType: 'endpoint.disabled',
      payload,
      state: 'pending',
      attempts: 0,
      tries: 0,
      dueAt: at,
      claimedUntil: null,
      createdAt: at,
      finishedAt: null,
      endReason: null,
    }
  })
  await tx.deliveries.insert(notices)
  for (const { id, targetId } of notices) entries.push({ name: 'deliver', payload: { deliveryId: id, targetId }, dedupe: id })
}
