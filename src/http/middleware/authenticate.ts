import type { Context } from '../../domain/context.ts'
import { ADMIN_SCOPE } from '../../domain/principal.ts'
import type { Principal } from '../../domain/principal.ts'
import { HttpError } from '../http-error.ts'
import type { Access } from '../route.ts'

/** A revoked key is refused everywhere after this long. */
const REMEMBERED_MS = 30_000
const REMEMBERED_KEYS = 1_000
const BEARER = /^Bearer +(lh_[\w-]{8,200})$/i

const NOBODY: Principal = { keyId: '', tenantId: '', scopes: [] }

export type Authenticate = (authorization: string | undefined, access: Access) => Promise<Principal>

export function createAuthenticate(app: Context): Authenticate {
  const known = new Map<string, { principal: Principal; until: number }>()

  async function principalOf(key: string): Promise<Principal | null> {
    const hash = app.digest.sha256(key)
    const now = app.clock.now().getTime()
    const remembered = known.get(hash)
    if (remembered !== undefined && remembered.until > now) return remembered.principal
    known.delete(hash)
    const found = await app.store.keys.findByHash(hash)
    if (found === null) return null
    const principal = { keyId: found.id, tenantId: found.tenantId, scopes: found.scopes }
    if (known.size >= REMEMBERED_KEYS) known.clear()
    known.set(hash, { principal, until: now + REMEMBERED_MS })
    return principal
  }

  return async (authorization, access) => {
    if (access === 'public') return NOBODY
    const key = BEARER.exec(authorization ?? '')?.[1]
    if (key === undefined) throw unauthorized('Send a Longhaul key as `Authorization: Bearer lh_…`.')
    const principal = await principalOf(key)
    if (principal === null) throw unauthorized('This key is not known, or was revoked.')
    if (access === 'admin' && !principal.scopes.includes(ADMIN_SCOPE)) {
      throw new HttpError('forbidden', { status: 403, message: 'This needs a key with admin rights.' })
    }
    return principal
  }
}

function unauthorized(message: string): HttpError {
  return new HttpError('unauthorized', { status: 401, message, headers: { 'www-authenticate': 'Bearer realm="longhaul"' } })
}
