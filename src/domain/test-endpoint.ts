import type { CallbackType, Delivery, DeliveryAttempt, Endpoint } from './callback-model.ts'
import { exampleCallback } from './callback-examples.ts'
import { endpointHeaders, endpointSecrets } from './callback-secrets.ts'
import { targetOf } from './callback-target.ts'
import type { Context } from './context.ts'
import { findEndpoint } from './find-endpoints.ts'
import { attemptRow } from './judge-attempt.ts'

/** Signs one attempt. */
export type SignExample = (message: { id: string; timestamp: Date; body: string; secret: readonly string[] }) => Record<string, string>

/**
 * Sends an example at once, once, signed and guarded as the real ones are; a disabled endpoint too. Null: there is none.
 * The row is written when the answer is there: an attempt that dies with its process was promised to nobody.
 */
export async function testEndpoint(
  app: Context,
  { id, tenantId, type, sign }: { id: string; tenantId: string; type: CallbackType; sign: SignExample },
): Promise<{ delivery: Delivery; attempts: DeliveryAttempt[] } | null> {
  const endpoint = await findEndpoint(app, { id, tenantId })
  if (endpoint === null) return null
  const startedAt = app.clock.now()
  const planned = testDelivery(app, { endpoint, type, createdAt: startedAt })
  const headers = {
    ...endpointHeaders(app, endpoint),
    'content-type': 'application/json',
    'user-agent': 'Longhaul/1 (+webhooks)',
    ...sign({ id: planned.id, timestamp: startedAt, body: planned.payload, secret: endpointSecrets(app, endpoint) }),
  }
  // Not the caller's signal: what was sent counts, whether or not anybody waits to hear of it.
  const { signal } = new AbortController()
  const sent = await app.sender.send({ url: planned.url, headers, body: planned.payload, signal })
  const attempt = attemptRow(planned, { sent, startedAt })
  const end = { state: attempt.outcome === 'ok' ? 'delivered' : 'failed', dueAt: null, finishedAt: app.clock.now() } as const
  await app.store.transaction(async (tx) => {
    await tx.deliveries.insert([planned])
    await tx.deliveries.recordAttempt(attempt, end)
  })
  return { delivery: { ...planned, ...end, attempts: attempt.number }, attempts: [attempt] }
}

function testDelivery(app: Context, { endpoint, type, createdAt }: { endpoint: Endpoint; type: CallbackType; createdAt: Date }): Delivery {
  const { payload, seq } = exampleCallback(app, { type, endpoint })
  const address = { tenantId: endpoint.tenantId, endpointId: endpoint.id, url: endpoint.url }
  return {
    ...address,
    id: app.ids.next('dlv'),
    jobId: null,
    targetId: targetOf(address),
    origin: 'test',
    eventSeq: seq,
    eventType: type,
    payload,
    state: 'pending',
    attempts: 0,
    tries: 0,
    dueAt: null,
    claimedUntil: null,
    createdAt,
    finishedAt: null,
    endReason: null,
  }
}
