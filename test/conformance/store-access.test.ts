import { expect, test } from 'vitest'
import type { ApiKey } from '../../src/domain/model.ts'
import { after, insertJob, T0, tenantRow } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'

function keyRow(change: Partial<ApiKey> = {}): ApiKey {
  return { id: 'key_1', tenantId: 'ten_1', name: 'first', hash: 'hash_1', scopes: ['admin'], createdAt: T0, revokedAt: null, ...change }
}

const CLAIM = { tenantId: 'ten_1', key: 'k', bodyHash: 'b1', jobId: 'job_1', at: T0 }

describeStores('access', (here) => {
  test('a key is found by its hash while it is not revoked', async () => {
    const { store } = here()
    await store.tenants.insert(tenantRow())
    await store.keys.insert(keyRow())
    await store.keys.insert(keyRow({ id: 'key_2', hash: 'hash_2', revokedAt: after(1) }))
    expect(await store.keys.findByHash('hash_1')).toStrictEqual(keyRow())
    expect(await store.keys.findByHash('hash_2')).toBeNull()
    expect(await store.keys.findByHash('hash_3')).toBeNull()
  })

  test('a tenant comes back as it was written, and its secret can be changed', async () => {
    const { tenants } = here().store
    await tenants.insert(tenantRow())
    expect(await tenants.get('ten_1')).toStrictEqual(tenantRow())
    await tenants.setCallbackSecret('ten_1', { current: 'other', retiring: 'sealed' })
    expect(await tenants.get('ten_1')).toStrictEqual(tenantRow({ sealedCallbackSecret: 'other', sealedRetiringSecrets: 'sealed' }))
    expect(await tenants.get('ten_2')).toBeNull()
  })

  test('the first start makes the tenant, and says that there is no key yet', async () => {
    const { store } = here()
    expect(await store.keys.ensureFirst(tenantRow(), null)).toStrictEqual({ tenant: tenantRow(), hasKeys: false })
    await store.keys.insert(keyRow())
    const again = await store.keys.ensureFirst(tenantRow({ sealedCallbackSecret: 'another' }), null)
    expect(again).toStrictEqual({ tenant: tenantRow(), hasKeys: true })
  })

  test('a given key works from then on, beside others, and a new one of its id takes its place', async () => {
    const { store } = here()
    await store.keys.ensureFirst(tenantRow(), null)
    await store.keys.insert(keyRow({ id: 'key_made', hash: 'hash_made' }))
    expect((await store.keys.ensureFirst(tenantRow(), keyRow())).hasKeys).toBe(true)
    await store.keys.ensureFirst(tenantRow(), keyRow({ hash: 'hash_new' }))
    expect(await store.keys.findByHash('hash_1')).toBeNull()
    expect((await store.keys.findByHash('hash_new'))?.id).toBe('key_1')
    expect((await store.keys.findByHash('hash_made'))?.id).toBe('key_made')
  })

  test('processes that start at once agree on one tenant', async () => {
    const { store } = here()
    const ids = Array.from({ length: 8 }, (_, n) => `ten_${n}`)
    await Promise.all(ids.map(() => store.check())) // each has its connection already
    const outcomes = await Promise.all(ids.map((id) => store.keys.ensureFirst(tenantRow({ id }), keyRow({ tenantId: id }))))
    expect(new Set(outcomes.map(({ tenant }) => tenant.id)).size).toBe(1)
    expect((await store.keys.findByHash('hash_1'))?.tenantId).toBe(outcomes[0]?.tenant.id)
  })

  test('an idempotency key is claimed once within its tenant, and outlives its job', async () => {
    const { store } = here()
    const { idempotency } = store
    await insertJob(store)
    expect(await idempotency.claim(CLAIM)).toEqual({ outcome: 'claimed' })
    expect(await idempotency.claim({ ...CLAIM, tenantId: 'ten_2' })).toEqual({ outcome: 'claimed' })
    await store.jobs.remove('job_1')
    const seen = await idempotency.claim({ ...CLAIM, bodyHash: 'b2', jobId: 'job_2' })
    expect(seen).toStrictEqual({ outcome: 'seen', jobId: 'job_1', bodyHash: 'b1' })
  })

  test.for([
    { end: 'commits', expected: { outcome: 'seen', jobId: 'job_1', bodyHash: 'b1' } },
    { end: 'rolls back', expected: { outcome: 'claimed' } },
  ])("a claim waits for another holder's transaction, which $end", async ({ end, expected }) => {
    const { store } = here()
    const held = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const holder = store.transaction(async (tx) => {
      await tx.idempotency.claim(CLAIM)
      held.resolve()
      await go.promise
      if (end === 'rolls back') throw new Error('undone')
    })
    await held.promise
    let settled = false
    const second = store.idempotency.claim({ ...CLAIM, jobId: 'job_2' }).finally(() => {
      settled = true
    })
    await Promise.race([second, new Promise(setImmediate)])
    expect(settled).toBe(false)
    go.resolve()
    await holder.catch(() => {})
    expect(await second).toStrictEqual(expected)
  })

  test('claims of old are forgotten', async () => {
    const { idempotency } = here().store
    await idempotency.claim(CLAIM)
    await idempotency.claim({ ...CLAIM, key: 'new', at: after(10) })
    await idempotency.claim({ ...CLAIM, key: 'old', at: after(1) })
    expect(await idempotency.purge({ before: after(10), limit: 1 })).toBe(1)
    expect(await idempotency.purge({ before: after(10), limit: 2 })).toBe(1)
    expect(await idempotency.purge({ before: after(10), limit: 2 })).toBe(0)
    expect(await idempotency.claim(CLAIM)).toEqual({ outcome: 'claimed' })
    expect(await idempotency.claim({ ...CLAIM, key: 'new' })).toMatchObject({ outcome: 'seen' })
  })
})
