import type { Digest, Ids, Random, Store, Vault } from './ports.ts'
import { ADMIN_SCOPE, DEFAULT_TENANT } from './principal.ts'

/** The key given by the environment keeps one row, so that a changed one replaces it. */
const GIVEN_KEY = 'key_environment'

interface FirstAccess {
  store: Store
  vault: Vault
  ids: Ids
  random: Random
  digest: Digest
  now: Date
  /** From the settings; null: one is made if there is none at all. */
  givenKey: string | null
  makeCallbackSecret: (bytes: Uint8Array) => string
}

/** The tenant that everything belongs to at first, and a key to reach it. Returns a key only when it made one: the only time it can be shown. */
export async function ensureFirstAccess(parts: FirstAccess): Promise<string | null> {
  const { store, vault, ids, random, digest, now, givenKey } = parts
  const sealedCallbackSecret = vault.seal(parts.makeCallbackSecret(random.bytes(32)))
  const tenant = { id: DEFAULT_TENANT, name: 'default', sealedCallbackSecret, sealedRetiringSecrets: null, createdAt: now }
  const keyRow = (id: string, name: string, key: string) => ({
    id,
    tenantId: DEFAULT_TENANT,
    name,
    hash: digest.sha256(key),
    scopes: [ADMIN_SCOPE],
    createdAt: now,
    revokedAt: null,
  })
  // One transaction, so that of several processes starting at once only one makes a key.
  return store.transaction(async ({ keys }) => {
    const { hasKeys } = await keys.ensureFirst(tenant, givenKey === null ? null : keyRow(GIVEN_KEY, 'environment', givenKey))
    if (givenKey !== null || hasKeys) return null
    const made = `lh_${Buffer.from(random.bytes(32)).toString('base64url')}`
    await keys.insert(keyRow(ids.next('key'), 'first', made))
    return made
  })
}
