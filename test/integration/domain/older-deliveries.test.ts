import { expect, test } from 'vitest'
import type { Delivery } from '../../../src/domain/callback-model.ts'
import { DEFAULT_TENANT } from '../../../src/domain/principal.ts'
import { deliveryRow } from '../../support/database-rows.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { replied, unreached } from '../../support/domain-parts.ts'

const world = eachWorld()

/** As a version wrote it that knew no targets. */
async function older(w: World): Promise<Delivery> {
  const now = w.clock.now()
  const row = { tenantId: DEFAULT_TENANT, jobId: null, targetId: '', dueAt: now, createdAt: now }
  const delivery = deliveryRow({ id: w.app.ids.next('dlv'), ...row })
  await w.app.store.deliveries.insert([delivery])
  return delivery
}

test('a dead address that an older version planned for holds back no other of its deliveries', async () => {
  const w = world()
  const [dead, fine] = [await older(w), await older(w)]
  w.sender.outcomes = [unreached('timeout'), replied(200)]
  expect(await w.run('deliver', { deliveryId: dead.id })).toBe('pending')
  expect(await w.app.store.targets.get('')).toBeNull()
  expect(await w.app.store.deliveries.get(fine.id)).toMatchObject({ state: 'pending', attempts: 0 })
  expect(await w.run('deliver', { deliveryId: fine.id })).toBe('delivered')
  w.clock.advance(6)
  const again = w.queue.clear().find(({ name }) => name === 'deliver')
  expect(again?.payload).toMatchObject({ deliveryId: dead.id })
  expect(await w.run('deliver', again?.payload as never)).toBe('delivered')
})

test('an address of theirs that hangs takes no place from the others', async () => {
  const w = world()
  const [hanging, fine] = [await older(w), await older(w)]
  const release = Promise.withResolvers<void>()
  const { send } = w.app.sender
  const sends = [() => release.promise.then(() => unreached('timeout'))]
  w.app.sender.send = (request) => sends.shift()?.() ?? send.call(w.sender, request)
  const hung = w.run('deliver', { deliveryId: hanging.id })
  expect(await w.run('deliver', { deliveryId: fine.id })).toBe('delivered')
  release.resolve()
  expect(await hung).toBe('pending')
})
