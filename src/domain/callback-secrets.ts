import { z } from 'zod'
import type { Endpoint, SigningSecret } from './callback-model.ts'
import type { Context } from './context.ts'
import type { Tenant } from './model.ts'
import type { Vault } from './ports.ts'
import { secondsAfter } from './time.ts'

/** Beside the new one; whoever rotates faster than that gives the oldest up. */
const MOST_RETIRING = 4

const secretList = z.array(z.object({ secret: z.string(), until: z.string().nullable() }))
const headerMap = z.record(z.string(), z.string())

/** Every secret that an endpoint's callbacks are signed with now, the current one first. */
export function endpointSecrets(app: Pick<Context, 'vault' | 'clock'>, endpoint: Endpoint): string[] {
  return liveSecrets(openSecrets(app.vault, endpoint.sealedSecrets), app.clock.now())
}

/** The same, of jobs' own addresses. */
export function tenantSecrets(app: Pick<Context, 'vault' | 'clock'>, tenant: Tenant): string[] {
  return liveSecrets(openTenantSecrets(app.vault, tenant), app.clock.now())
}

/** The owner's own headers. */
export function endpointHeaders(app: Pick<Context, 'vault'>, { sealedHeaders }: Pick<Endpoint, 'sealedHeaders'>): Record<string, string> {
  return sealedHeaders === null ? {} : headerMap.parse(JSON.parse(app.vault.open(sealedHeaders)))
}

export function sealHeaders(vault: Vault, headers: Record<string, string>): string | null {
  return Object.keys(headers).length === 0 ? null : vault.seal(JSON.stringify(headers))
}

export function openSecrets(vault: Vault, sealed: string): SigningSecret[] {
  return secretList.parse(JSON.parse(vault.open(sealed)))
}

export function sealSecrets(vault: Vault, secrets: SigningSecret[]): string {
  return vault.seal(JSON.stringify(secrets))
}

export function openTenantSecrets(vault: Vault, tenant: Tenant): SigningSecret[] {
  const current = { secret: vault.open(tenant.sealedCallbackSecret), until: null }
  return [current, ...(tenant.sealedRetiringSecrets === null ? [] : openSecrets(vault, tenant.sealedRetiringSecrets))]
}

/** The new one, with what it replaces signing beside it until the overlap ends. */
export function replaceSecret(
  secrets: SigningSecret[],
  { secret, overlapSeconds, now }: { secret: string; overlapSeconds: number; now: Date },
): [SigningSecret, ...SigningSecret[]] {
  const end = secondsAfter(now, overlapSeconds).toISOString()
  const retiring = secrets
    .filter((one) => one.secret !== secret)
    .map((one) => ({ ...one, until: one.until !== null && one.until < end ? one.until : end }))
    .filter((one) => isLive(one, now))
  return [{ secret, until: null }, ...retiring.slice(0, MOST_RETIRING)]
}

function liveSecrets(secrets: SigningSecret[], now: Date): string[] {
  return secrets.filter((one) => isLive(one, now)).map(({ secret }) => secret)
}

function isLive({ until }: SigningSecret, now: Date): boolean {
  return until === null || until > now.toISOString()
}
