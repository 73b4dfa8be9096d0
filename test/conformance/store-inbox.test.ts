import { expect, test } from 'vitest'
import { after, inboxRow, refusedRow, T0 } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'

describeStores('inbox', (here) => {
  test('an entry comes back as it was written, its body not touched', async () => {
    const { inbox } = here().store
    const entry = inboxRow({ body: '{"a": 1,\r\n "b":9007199254740993 }', eventType: null, responseId: null, dueAt: null })
    expect(await inbox.insert([entry])).toEqual(['inb_1'])
    expect(await inbox.get('inb_1')).toStrictEqual(entry)
    expect(await inbox.get('inb_2')).toBeNull()
  })

  test('only webhooks that are new by their id are told, within one lot and over several', async () => {
    const { inbox } = here().store
    expect(await inbox.insert([])).toEqual([])
    await inbox.insert([inboxRow()])
    const added = await inbox.insert([
      inboxRow({ id: 'inb_2', webhookId: 'wh_2' }),
      inboxRow({ id: 'inb_3', webhookId: 'wh_1' }),
      inboxRow({ id: 'inb_4', webhookId: 'wh_2' }),
    ])
    expect(added).toEqual(['inb_2'])
    expect((await inbox.list({ limit: 10, before: null })).map(({ id }) => id)).toEqual(['inb_2', 'inb_1'])
  })

  test('the same webhooks at the same time, in any order, are kept once each', async () => {
    const { inbox } = here().store
    const ids = Array.from({ length: 30 }, (_, n) => `wh_${n}`)
    const lots = Array.from({ length: 8 }, (_, lot) =>
      (lot % 2 === 0 ? ids : ids.toReversed()).map((webhookId) => inboxRow({ id: `inb_${lot}_${webhookId}`, webhookId })),
    )
    const added = (await Promise.all(lots.map((lot) => inbox.insert(lot)))).flat()
    expect(added.map((id) => id.slice('inb_0_'.length)).toSorted()).toEqual(ids.toSorted())
  })

  test('an entry is finished once', async () => {
    const { inbox } = here().store
    await inbox.insert([inboxRow()])
    await inbox.finish('inb_1', { outcome: 'handled', at: after(1) })
    await inbox.finish('inb_1', { outcome: 'foreign', at: after(2) })
    await inbox.postpone('inb_1', { dueAt: after(3) })
    expect(await inbox.get('inb_1')).toStrictEqual(inboxRow({ outcome: 'handled', handledAt: after(1), dueAt: null }))
  })

  test('an entry that is postponed has had one more attempt', async () => {
    const { inbox } = here().store
    await inbox.insert([inboxRow()])
    await inbox.postpone('inb_1', { dueAt: after(10) })
    await inbox.postpone('inb_1', { dueAt: after(20) })
    expect(await inbox.get('inb_1')).toStrictEqual(inboxRow({ attempts: 2, dueAt: after(20) }))
  })

  test('what is due is taken once, oldest first', async () => {
    const { inbox } = here().store
    await inbox.insert([
      inboxRow({ id: 'inb_1', webhookId: '1', dueAt: after(2) }),
      inboxRow({ id: 'inb_2', webhookId: '2', dueAt: after(1) }),
      inboxRow({ id: 'inb_3', webhookId: '3', dueAt: after(3) }),
      inboxRow({ id: 'inb_4', webhookId: '4', dueAt: null }),
      inboxRow({ id: 'inb_5', webhookId: '5', dueAt: after(1) }),
    ])
    await inbox.finish('inb_5', { outcome: 'ignored', at: T0 })
    const take = (limit: number) => inbox.takeDue({ now: after(2), nextDue: after(60), limit })
    expect(await take(1)).toEqual(['inb_2'])
    expect(await take(10)).toEqual(['inb_1'])
    expect(await take(10)).toEqual([])
    expect((await inbox.get('inb_1'))?.dueAt).toEqual(after(60))
  })

  test('a list runs from newest to oldest and keeps to an outcome', async () => {
    const { inbox } = here().store
    await inbox.insert([
      inboxRow({ id: 'inb_a', webhookId: 'a', receivedAt: after(1) }),
      inboxRow({ id: 'inb_b', webhookId: 'b', receivedAt: after(2) }),
      inboxRow({ id: 'inb_c', webhookId: 'c', receivedAt: after(2) }),
    ])
    await inbox.finish('inb_a', { outcome: 'foreign', at: after(3) })
    const first = await inbox.list({ limit: 2, before: null })
    expect(first.map(({ id }) => id)).toEqual(['inb_c', 'inb_b'])
    const rest = await inbox.list({ limit: 2, before: { createdAt: after(2), id: 'inb_b' } })
    expect(rest.map(({ id }) => id)).toEqual(['inb_a'])
    const foreign = await inbox.list({ limit: 2, before: null }, { outcome: 'foreign' })
    expect(foreign.map(({ id }) => id)).toEqual(['inb_a'])
  })

  test('of the refused, only the newest are kept', async () => {
    const { inbox } = here().store
    await inbox.addRefused([], { keep: 3 })
    const full = refusedRow({ id: 'r_9', webhookId: 'wh_1', ageSeconds: 1e12 + 0.5, address: '127.0.0.1', receivedAt: after(9) })
    await inbox.addRefused([refusedRow({ id: 'r_1', receivedAt: after(1) }), refusedRow({ id: 'r_2', receivedAt: after(2) }), full], {
      keep: 3,
    })
    await inbox.addRefused([refusedRow({ id: 'r_3', receivedAt: after(3) })], { keep: 3 })
    const kept = await inbox.listRefused({ limit: 10, before: null })
    expect(kept.map(({ id }) => id)).toEqual(['r_9', 'r_3', 'r_2'])
    expect(kept[0]).toStrictEqual(full)
    const rest = await inbox.listRefused({ limit: 10, before: { createdAt: after(9), id: 'r_9' } })
    expect(rest.map(({ id }) => id)).toEqual(['r_3', 'r_2'])
  })

  test('handled entries of old go, a few at a time', async () => {
    const { inbox } = here().store
    await inbox.insert(['a', 'b', 'c', 'd', 'e'].map((id) => inboxRow({ id: `inb_${id}`, webhookId: id })))
    for (const id of ['inb_a', 'inb_b', 'inb_c']) await inbox.finish(id, { outcome: 'handled', at: after(1) })
    await inbox.finish('inb_d', { outcome: 'handled', at: after(5) })
    expect(await inbox.purge({ before: after(5), limit: 2 })).toBe(2)
    expect(await inbox.purge({ before: after(5), limit: 2 })).toBe(1)
    expect(await inbox.purge({ before: after(5), limit: 2 })).toBe(0)
    expect((await inbox.list({ limit: 10, before: null })).map(({ id }) => id)).toEqual(['inb_e', 'inb_d'])
  })
})
