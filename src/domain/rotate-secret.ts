import type { SignatureScheme, SigningSecret } from './callback-model.ts'
import { openSecrets, openTenantSecrets, replaceSecret, sealSecrets } from './callback-secrets.ts'
import type { Context } from './context.ts'

export interface Rotation {
  overlapSeconds: number
  /** The one to change to, of the scheme that is there. */
  secret: string
}

export interface Rotated {
  scheme: SignatureScheme
  secret: string
  /** Until when the one before signs as well; null: it is dead at once. */
  previousUntil: string | null
}

/** Null: there is no such endpoint. */
export async function rotateEndpointSecret(
  app: Context,
  { id, tenantId, rotation }: { id: string; tenantId: string; rotation: Rotation },
): Promise<Rotated | null> {
  return app.store.transaction(async (tx) => {
    const endpoint = await tx.endpoints.getForChange(id, { tenantId })
    if (endpoint === null) return null
    const secrets = replaceSecret(
      known(() => openSecrets(app.vault, endpoint.sealedSecrets)),
      { ...rotation, now: app.clock.now() },
    )
    await tx.endpoints.update(id, { sealedSecrets: sealSecrets(app.vault, secrets), updatedAt: app.clock.now() })
    return told(secrets, endpoint.signature)
  })
}

/** Of the secret that jobs' own addresses are signed with. */
export async function rotateTenantSecret(app: Context, { tenantId, rotation }: { tenantId: string; rotation: Rotation }): Promise<Rotated> {
  return app.store.transaction(async (tx) => {
    const tenant = await tx.tenants.getForChange(tenantId)
    if (tenant === null) throw new Error(`tenant ${tenantId} of a valid key is missing`)
    const secrets = replaceSecret(
      known(() => openTenantSecrets(app.vault, tenant)),
      { ...rotation, now: app.clock.now() },
    )
    const [current, ...retiring] = secrets
    await tx.tenants.setCallbackSecret(tenantId, {
      current: app.vault.seal(current.secret),
      retiring: retiring.length === 0 ? null : sealSecrets(app.vault, retiring),
    })
    return told(secrets, 'v1')
  })
}

/** What cannot be opened any more signs nothing: the new one takes its place, and is what mends it. */
function known(open: () => SigningSecret[]): SigningSecret[] {
  try {
    return open()
  } catch {
    return []
  }
}

function told([current, previous]: [SigningSecret, ...SigningSecret[]], scheme: SignatureScheme): Rotated {
  return { scheme, secret: current.secret, previousUntil: previous?.until ?? null }
}
