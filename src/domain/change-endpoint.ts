import type { Endpoint } from './callback-model.ts'
import { endpointHeaders, sealHeaders } from './callback-secrets.ts'
import type { Context } from './context.ts'
import { endPending } from './disable-endpoint.ts'
import type { EndpointFields } from './create-endpoint.ts'
import { objectToHeaders } from './own-headers.ts'
import type { HeaderObjection } from './own-headers.ts'
import type { Store } from './store.ts'

export type EndpointChange = Partial<Omit<EndpointFields, 'headers'>> & {
  /** Merged by name, for their values are not shown: null takes one away, or all of them. */
  headers?: Record<string, string | null> | null
  disabled?: boolean
}

export type ChangeEndpointOutcome =
  | { outcome: 'changed'; endpoint: Endpoint } // 200
  | { outcome: 'unknown' } // 404
  | { outcome: 'headers_refused'; objections: HeaderObjection[] } // 400

/** One that is disabled gets nothing more, what is on its way included. */
export async function changeEndpoint(
  app: Context,
  { id, tenantId, change }: { id: string; tenantId: string; change: EndpointChange },
): Promise<ChangeEndpointOutcome> {
  const outcome = await applyChange(app, { id, tenantId, change })
  if (change.disabled === true && outcome.outcome === 'changed') await endPending(app, { targetId: id, reason: 'endpoint_disabled' })
  return outcome
}

function applyChange(
  app: Context,
  { id, tenantId, change }: { id: string; tenantId: string; change: EndpointChange },
): Promise<ChangeEndpointOutcome> {
  const { headers: changedHeaders, disabled, ...plain } = change
  return app.store.transaction(async (tx): Promise<ChangeEndpointOutcome> => {
    const endpoint = await tx.endpoints.getForChange(id, { tenantId })
    if (endpoint === null) return { outcome: 'unknown' }
    const headers = changedHeaders === null ? {} : mergeHeaders(endpointHeaders(app, endpoint), changedHeaders ?? {})
    const objections = changedHeaders === undefined ? [] : objectToHeaders(headers)
    if (objections.length > 0) return { outcome: 'headers_refused', objections }
    const now = app.clock.now()
    const changed = await tx.endpoints.update(id, {
      ...plain,
      ...(changedHeaders !== undefined && { sealedHeaders: sealHeaders(app.vault, headers) }),
      ...disabledState(endpoint, { disabled, now }),
      updatedAt: now,
    })
    if (changed === null) return { outcome: 'unknown' }
    if (isTriedAnew(endpoint, change)) await forgetFailures(tx, { endpoint, now })
    return { outcome: 'changed', endpoint: changed }
  })
}

function mergeHeaders(headers: Record<string, string>, change: Record<string, string | null>): Record<string, string> {
  const merged = Object.entries({ ...headers, ...change }).filter((entry): entry is [string, string] => entry[1] !== null)
  return Object.fromEntries(merged)
}

function disabledState(
  endpoint: Endpoint,
  { disabled, now }: { disabled: boolean | undefined; now: Date },
): Partial<Pick<Endpoint, 'disabledAt' | 'disabledReason'>> {
  if (disabled === false) return { disabledAt: null, disabledReason: null }
  return disabled === true && endpoint.disabledAt === null ? { disabledAt: now, disabledReason: 'by_owner' } : {}
}

/** Enabled again, or somewhere else now: how it behaved before says nothing any more. */
function isTriedAnew(endpoint: Endpoint, { disabled, url, ratePerSecond }: EndpointChange): boolean {
  const moved = url !== undefined && url !== endpoint.url
  const paced = ratePerSecond !== undefined && ratePerSecond !== endpoint.ratePerSecond
  return (disabled === false && endpoint.disabledAt !== null) || moved || paced
}

async function forgetFailures(tx: Store, { endpoint: { id, tenantId }, now }: { endpoint: Endpoint; now: Date }): Promise<void> {
  await tx.targets.put({ id, tenantId, failingSince: null, heldUntil: null, nextSlotAt: null, updatedAt: now })
}
