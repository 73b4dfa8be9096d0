import { expect, test } from 'vitest'
import type { Delivery } from '../../../src/domain/callback-model.ts'
import { openSecrets, openTenantSecrets, sealHeaders, sealSecrets } from '../../../src/domain/callback-secrets.ts'
import { targetOf } from '../../../src/domain/callback-target.ts'
import { DEFAULT_TENANT } from '../../../src/domain/principal.ts'
import { rotateEndpointSecret, rotateTenantSecret } from '../../../src/domain/rotate-secret.ts'
import { createVault } from '../../../src/vault/index.ts'
import { deliveryRow, endpointRow } from '../../support/database-rows.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'

const world = eachWorld()
const SECRET = `whsec_${Buffer.alloc(32, 8).toString('base64')}`
const NEW_SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
const otherVault = createVault(new Uint8Array(32).fill(4))
const rotation = { overlapSeconds: 86_400, secret: NEW_SECRET }

async function toEndpoint(w: World): Promise<Delivery> {
  const endpoint = endpointRow({
    id: w.app.ids.next('ep'),
    tenantId: DEFAULT_TENANT,
    sealedSecrets: sealSecrets(w.app.vault, [{ secret: SECRET, until: null }]),
  })
  await w.app.store.endpoints.insert(endpoint)
  return plan(w, { endpointId: endpoint.id, targetId: endpoint.id })
}

async function plan(w: World, change: Partial<Delivery>): Promise<Delivery> {
  const now = w.clock.now()
  const delivery = deliveryRow({ id: w.app.ids.next('dlv'), tenantId: DEFAULT_TENANT, jobId: null, dueAt: now, createdAt: now, ...change })
  await w.app.store.deliveries.insert([delivery])
  return delivery
}

const toOwnAddress = (w: World) => {
  const url = 'https://callee.test/own'
  return plan(w, { url, targetId: targetOf({ tenantId: DEFAULT_TENANT, endpointId: null, url }) })
}

test.each([
  ['an endpoint', toEndpoint, /rotate the endpoint's secret/],
  ['a job\u2019s own address', toOwnAddress, /\/v1\/callback-secret\/rotate/],
])('a callback to %s whose secret cannot be opened is a failed attempt that says so, and is made again', async (_what, planned, mend) => {
  const w = world()
  const delivery = await planned(w)
  const { vault } = w.app
  w.app.vault = otherVault
  expect(await w.run('deliver', { deliveryId: delivery.id })).toBe('pending')
  expect(w.sender.requests).toEqual([])
  const [attempt] = await w.app.store.deliveries.listAttempts(delivery.id)
  expect(attempt).toMatchObject({ number: 1, status: null, outcome: 'secret_unreadable', message: expect.stringMatching(mend) })
  expect(attempt?.message).toContain('set LONGHAUL_SECRET back')
  expect(await w.app.store.deliveries.get(delivery.id)).toMatchObject({ state: 'pending', attempts: 1, claimedUntil: null })
  expect(await w.app.store.targets.get(delivery.targetId)).toBeNull()
  w.app.vault = vault
  w.clock.advance(6)
  expect(await w.run('deliver', { deliveryId: delivery.id })).toBe('delivered')
})

test('headers that cannot be opened are told like a secret, and an endpoint is not disabled for it', async () => {
  const w = world()
  const delivery = await toEndpoint(w)
  await w.app.store.endpoints.update(delivery.targetId, { sealedHeaders: sealHeaders(otherVault, { a: 'b' }) })
  await w.app.store.targets.put({ id: delivery.targetId, tenantId: DEFAULT_TENANT, failingSince: w.clock.now() })
  w.clock.advance(6 * 86_400)
  expect(await w.run('deliver', { deliveryId: delivery.id })).toBe('pending')
  expect((await w.app.store.deliveries.listAttempts(delivery.id))[0]).toMatchObject({ outcome: 'secret_unreadable' })
  expect(await w.app.store.endpoints.get(delivery.targetId)).toMatchObject({ disabledAt: null })
  expect(await w.app.store.targets.get(delivery.targetId)).toMatchObject({ heldUntil: null })
})

test('a secret that cannot be opened can be rotated: the new one stands alone, and what waited is sent', async () => {
  const w = world()
  const delivery = await toEndpoint(w)
  w.app.vault = otherVault
  const rotated = await rotateEndpointSecret(w.app, { id: delivery.targetId, tenantId: DEFAULT_TENANT, rotation })
  expect(rotated).toEqual({ scheme: 'v1', secret: NEW_SECRET, previousUntil: null })
  const endpoint = await w.app.store.endpoints.get(delivery.targetId)
  expect(openSecrets(otherVault, endpoint?.sealedSecrets ?? '')).toEqual([{ secret: NEW_SECRET, until: null }])
  expect(await w.run('deliver', { deliveryId: delivery.id })).toBe('delivered')
  expect(await rotateTenantSecret(w.app, { tenantId: DEFAULT_TENANT, rotation })).toMatchObject({ previousUntil: null })
  const tenant = await w.app.store.tenants.get(DEFAULT_TENANT)
  expect(tenant && openTenantSecrets(otherVault, tenant)).toEqual([{ secret: NEW_SECRET, until: null }])
})
