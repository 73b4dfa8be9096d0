import type { ClaimedDelivery } from './callback-store.ts'
import { endpointHeaders, endpointSecrets, tenantSecrets } from './callback-secrets.ts'
import type { Context } from './context.ts'
import { SECRET_UNREADABLE } from './judge-attempt.ts'
import type { SendOutcome } from './ports.ts'

const SET_BACK = 'cannot be opened and nothing was sent: set LONGHAUL_SECRET back to what it was, or'
const MEND = {
  endpoint: `The endpoint's secret or headers ${SET_BACK} rotate the endpoint's secret; headers of its own must then be set to null and given anew.`,
  tenant: `The secret of jobs' own addresses ${SET_BACK} rotate it (POST /v1/callback-secret/rotate).`,
}

type Sealed = { outcome: 'opened'; secrets: string[]; headers: Record<string, string> } | Extract<SendOutcome, { outcome: 'failed' }>

/** What a callback is signed with and carries. That it cannot be opened is an attempt that failed: it is told where attempts are. */
export function openSealed(app: Context, { delivery, endpoint, tenant }: ClaimedDelivery): Sealed {
  if (endpoint === null && tenant === null) throw new Error(`tenant ${delivery.tenantId} of delivery ${delivery.id} is missing`)
  try {
    if (endpoint !== null) return { outcome: 'opened', secrets: endpointSecrets(app, endpoint), headers: endpointHeaders(app, endpoint) }
    return { outcome: 'opened', secrets: tenant === null ? [] : tenantSecrets(app, tenant), headers: {} }
  } catch (error) {
    app.log.warn({ error, delivery_id: delivery.id, endpoint_id: delivery.endpointId }, 'callback.secret_unreadable')
    return { outcome: 'failed', reason: SECRET_UNREADABLE, message: endpoint === null ? MEND.tenant : MEND.endpoint, durationMs: 0 }
  }
}
