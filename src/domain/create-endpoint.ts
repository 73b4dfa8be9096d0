import type { Endpoint, SignatureScheme } from './callback-model.ts'
import { sealHeaders, sealSecrets } from './callback-secrets.ts'
import type { Context } from './context.ts'

/** One event may go to all of a tenant's endpoints, and does so in one transaction. */
export const MOST_ENDPOINTS = 1_000

export interface EndpointFields {
  url: string
  description: string
  eventTypes: string[] | null
  labels: Record<string, string>
  /** Nothing that `objectToHeaders` objects to. */
  headers: Record<string, string>
  ratePerSecond: number | null
}

export type CreateEndpointOutcome =
  | { outcome: 'created'; endpoint: Endpoint } // 201
  | { outcome: 'too_many' } // 409

export async function createEndpoint(
  app: Pick<Context, 'store' | 'clock' | 'ids' | 'vault'>,
  { tenantId, fields, signature, secret }: { tenantId: string; fields: EndpointFields; signature: SignatureScheme; secret: string },
): Promise<CreateEndpointOutcome> {
  const createdAt = app.clock.now()
  const { headers, ...plain } = fields
  const endpoint: Endpoint = {
    ...plain,
    id: app.ids.next('ep'),
    tenantId,
    sealedHeaders: sealHeaders(app.vault, headers),
    signature,
    sealedSecrets: sealSecrets(app.vault, [{ secret, until: null }]),
    disabledAt: null,
    disabledReason: null,
    createdAt,
    updatedAt: createdAt,
  }
  return app.store.transaction(async (tx): Promise<CreateEndpointOutcome> => {
    await tx.tenants.getForChange(tenantId) // so that two at once are counted one after the other
    if ((await tx.endpoints.count(tenantId)) >= MOST_ENDPOINTS) return { outcome: 'too_many' }
    await tx.endpoints.insert(endpoint)
    return { outcome: 'created', endpoint }
  })
}
