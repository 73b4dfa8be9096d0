import { expect, test } from 'vitest'
import { createEndpoint, MOST_ENDPOINTS } from '../../src/domain/create-endpoint.ts'
import { createIds } from '../../src/domain/ids.ts'
import { systemRandom } from '../../src/system.ts'
import type { CallbackType } from '../../src/domain/callback-model.ts'
import { after, deliveryRow, endpointRow, insertJob, T0, tenantRow } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'

describeStores('endpoints', (here) => {
  test('an endpoint comes back as it was written, to its own tenant', async () => {
    const { endpoints } = here().store
    const full = endpointRow({
      description: 'Gr\u00f6\u00dfe',
      eventTypes: ['job.*', 'endpoint.disabled'],
      labels: { team: 'growth', constructor: 'x' },
      sealedHeaders: 'v1.abc',
      ratePerSecond: 5,
      signature: 'v1a',
      disabledAt: after(1),
      disabledReason: 'failing',
    })
    await endpoints.insert(full)
    expect(await endpoints.get('ep_1')).toStrictEqual(full)
    expect(await endpoints.get('ep_1', { tenantId: 'ten_1' })).toStrictEqual(full)
    expect(await endpoints.getForChange('ep_1', { tenantId: 'ten_1' })).toStrictEqual(full)
    expect(await endpoints.get('ep_1', { tenantId: 'ten_2' })).toBeNull()
    expect(await endpoints.getForChange('ep_1', { tenantId: 'ten_2' })).toBeNull()
    expect([await endpoints.count('ten_1'), await endpoints.count('ten_2')]).toEqual([1, 0])
  })

  test.each<[string, CallbackType[], Record<string, string> | null, string[]]>([
    ['a type that is asked for by default', ['job.completed'], {}, ['ep_all', 'ep_default', 'ep_exact', 'ep_jobs']],
    ['a type that is not', ['job.progress'], {}, ['ep_all', 'ep_jobs']],
    ['several types at once', ['job.progress', 'artifact.stored'], {}, ['ep_all', 'ep_artifacts', 'ep_jobs']],
    ['an event of an endpoint', ['endpoint.disabled'], {}, ['ep_all']],
    ['a label that one asks for', ['job.failed'], { team: 'growth', x: 'y' }, ['ep_all', 'ep_default', 'ep_jobs', 'ep_label']],
    ['another value of that label', ['job.failed'], { team: 'core' }, ['ep_all', 'ep_default', 'ep_jobs']],
    ['whatever labels are asked for', ['job.failed'], null, ['ep_all', 'ep_default', 'ep_jobs', 'ep_label']],
    ['nothing', [], {}, []],
  ])('those that want %s are found, and no others', async (_what, types, labels, found) => {
    const { endpoints } = here().store
    for (const row of [
      endpointRow({ id: 'ep_default' }),
      endpointRow({ id: 'ep_all', eventTypes: ['*'] }),
      endpointRow({ id: 'ep_jobs', eventTypes: ['job.*'] }),
      endpointRow({ id: 'ep_artifacts', eventTypes: ['artifact.*'] }),
      endpointRow({ id: 'ep_exact', eventTypes: ['job.queued', 'job.completed'] }),
      endpointRow({ id: 'ep_label', labels: { team: 'growth' } }),
      endpointRow({ id: 'ep_disabled', eventTypes: ['*'], disabledAt: T0, disabledReason: 'gone' }),
      endpointRow({ id: 'ep_foreign', eventTypes: ['*'], tenantId: 'ten_2' }),
    ]) {
      await endpoints.insert(row)
    }
    const wanting = await endpoints.listWanting({ tenantId: 'ten_1', types, labels })
    expect(wanting.map(({ id }) => id)).toEqual(found)
    for (const one of wanting) expect(Object.keys(one)).toEqual(['id', 'url', 'eventTypes'])
  })

  test('they are listed from the newest to the oldest, a page at a time', async () => {
    const { endpoints } = here().store
    for (let n = 1; n <= 3; n += 1) await endpoints.insert(endpointRow({ id: `ep_${n}`, createdAt: after(n) }))
    const first = await endpoints.list({ tenantId: 'ten_1' }, { limit: 2, before: null })
    expect(first.map(({ id }) => id)).toEqual(['ep_3', 'ep_2'])
    const rest = await endpoints.list({ tenantId: 'ten_1' }, { limit: 2, before: { createdAt: after(2), id: 'ep_2' } })
    expect(rest.map(({ id }) => id)).toEqual(['ep_1'])
  })

  test('of several that find one dead, one disables it', async () => {
    const { endpoints } = here().store
    await endpoints.insert(endpointRow())
    const dead = { disabledAt: after(5), disabledReason: 'gone' } as const
    const told = await Promise.all([endpoints.disable('ep_1', dead), endpoints.disable('ep_1', dead)])
    expect(told.filter((one) => one !== null)).toEqual([endpointRow(dead)])
    expect(await endpoints.update('ep_1', { disabledAt: null, disabledReason: null })).toStrictEqual(endpointRow())
  })

  test('one that is removed is gone, and is removed once', async () => {
    const { endpoints } = here().store
    await endpoints.insert(endpointRow())
    expect([await endpoints.remove('ep_1'), await endpoints.remove('ep_1')]).toEqual([true, false])
    expect(await endpoints.get('ep_1')).toBeNull()
    expect(await endpoints.update('ep_1', { description: 'x' })).toBeNull()
  })

  test('two changes of one at a time wait for each other', async () => {
    const { store } = here()
    await store.tenants.insert(tenantRow())
    await store.endpoints.insert(endpointRow())
    const count = () =>
      store.transaction(async (tx) => {
        await tx.tenants.getForChange('ten_1')
        const endpoint = await tx.endpoints.getForChange('ep_1', { tenantId: 'ten_1' })
        await tx.endpoints.update('ep_1', { description: `${endpoint?.description}x` })
      })
    await Promise.all(Array.from({ length: 5 }, count))
    expect((await store.endpoints.get('ep_1'))?.description).toBe('xxxxx')
  })

  test('of several that are made at once, no more are made than there may be', async () => {
    const { store, database } = here()
    await store.tenants.insert(tenantRow())
    await store.endpoints.insert(endpointRow({ id: 'ep_0' }))
    await database.pool.query(`insert into longhaul.endpoints
      select (jsonb_populate_record(e, jsonb_build_object('id', 'ep_' || n))).* from longhaul.endpoints e, generate_series(1, ${MOST_ENDPOINTS - 2}) n`)
    const clock = { now: () => T0, every: () => () => {} }
    const app = {
      store,
      clock,
      ids: createIds({ clock, random: systemRandom }),
      vault: { seal: (text: string) => text, open: (text: string) => text },
    }
    const fields = { url: 'https://a.test/', description: '', eventTypes: null, labels: {}, headers: {}, ratePerSecond: null }
    const make = () => createEndpoint(app, { tenantId: 'ten_1', fields, signature: 'v1', secret: 'x' })
    const made = await Promise.all([make(), make(), make()])
    expect(made.map(({ outcome }) => outcome).toSorted()).toEqual(['created', 'too_many', 'too_many'])
    expect(await store.endpoints.count('ten_1')).toBe(MOST_ENDPOINTS)
  })

  test('what is pending to a target ends a part at a time, and what has ended stays as it was', async () => {
    const { store } = here()
    await insertJob(store)
    const rows = ['dlv_1', 'dlv_2', 'dlv_3'].map((id) => deliveryRow({ id, endpointId: 'ep_1', targetId: 'ep_1' }))
    const others = [deliveryRow({ id: 'dlv_4', targetId: 'ep_1', state: 'delivered' }), deliveryRow({ id: 'dlv_5', targetId: 'ep_2' })]
    await store.deliveries.insert([...rows, ...others])
    const end = () => store.deliveries.failPendingForTarget('ep_1', { at: after(9), reason: 'endpoint_deleted', limit: 2 })
    expect([await end(), await end(), await end()]).toEqual([2, 1, 0])
    expect(await store.deliveries.get('dlv_2')).toMatchObject({
      state: 'failed',
      finishedAt: after(9),
      dueAt: null,
      endReason: 'endpoint_deleted',
    })
    expect(await store.deliveries.get('dlv_4')).toMatchObject({ state: 'delivered' })
    expect(await store.deliveries.get('dlv_5')).toMatchObject({ state: 'pending' })
  })

  test('a 410 of the job\u2019s own address is remembered, one of an endpoint is not the job\u2019s', async () => {
    const { store } = here()
    await insertJob(store)
    await store.deliveries.insert([deliveryRow(), deliveryRow({ id: 'dlv_2', endpointId: 'ep_1', targetId: 'ep_1' })])
    const gone = { number: 1, startedAt: T0, durationMs: 1, status: 410, outcome: 'status', message: null, replyHeaders: {}, replyBody: '' }
    const end = { state: 'failed', dueAt: null, finishedAt: T0 } as const
    await store.deliveries.recordAttempt({ ...gone, deliveryId: 'dlv_2' }, end)
    expect(await store.deliveries.wasToldGone('job_1')).toBe(false)
    await store.deliveries.recordAttempt({ ...gone, deliveryId: 'dlv_1' }, end)
    expect(await store.deliveries.wasToldGone('job_1')).toBe(true)
    expect(await store.deliveries.wasToldGone('job_2')).toBe(false)
  })

  test('a target is forgotten when it is removed', async () => {
    const { targets } = here().store
    await targets.put({ id: 'ep_1', tenantId: 'ten_1', failingSince: T0, updatedAt: T0 })
    await targets.put({ id: 'ep_1', tenantId: 'ten_1', failingSince: null, updatedAt: after(1) })
    expect(await targets.get('ep_1')).toMatchObject({ failingSince: null, updatedAt: after(1) })
    await targets.remove('ep_1')
    expect(await targets.get('ep_1')).toBeNull()
  })
})
