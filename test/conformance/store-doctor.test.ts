import { expect, test } from 'vitest'
import { createDoctorStore } from '../../src/db/index.ts'
import { after, artifactRow, deliveryRow, inboxRow, insertJob, insertTurn, resultRow, T0 } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'

const ALL = { beyond: null, limit: 10 }
const idsOf = (rows: { id: string }[]): string[] => rows.map(({ id }) => id)

describeStores('what the doctor asks', (here) => {
  const cases = () => createDoctorStore(here().database)

  test('the version is a number that can be compared', async () => {
    expect(await cases().version()).toBeGreaterThanOrEqual(140_000)
  })

  test('stored artifacts that name an object are listed by id, and can be marked as lost', async () => {
    const { store } = here()
    await insertTurn(store)
    await store.artifacts.insert([
      artifactRow({ id: 'art_1' }),
      artifactRow({ id: 'art_2', objectKey: null }),
      artifactRow({ id: 'art_3', status: 'expired' }),
      artifactRow({ id: 'art_4', objectKey: 'ten_1/job_1/art_4.png' }),
    ])
    expect(idsOf(await cases().listKept({ beyond: null, limit: 1 }))).toEqual(['art_1'])
    expect(await cases().listKept({ beyond: 'art_1', limit: 10 })).toEqual([
      {
        id: 'art_4',
        tenantId: 'ten_1',
        jobId: 'job_1',
        turnId: 'turn_1',
        objectKey: 'ten_1/job_1/art_4.png',
        bytes: 12,
        sha256: 'aa',
        path: 'output/0/result',
        containerId: null,
        fileId: null,
      },
    ])
    expect(await cases().listNamed(['ten_1/job_1/art_4.png', 'ten_1/job_1/art_4.gif', 'ten_1/job_1/art_9.png'])).toEqual([
      'ten_1/job_1/art_4.png',
    ])
    await cases().markLost('art_4', 'gone')
    expect(await store.artifacts.get('art_4', { tenantId: 'ten_1' })).toMatchObject({ status: 'failed', error: 'gone', bytes: 12 })
    await store.jobs.markDeleted('job_1', { at: T0, upstream: false })
    expect(await cases().listKept(ALL)).toEqual([])
    expect(await cases().listStatuses(['job_1', 'job_2'])).toEqual([{ id: 'job_1', status: 'queued' }])
    expect([await cases().listStatuses([]), await cases().listNamed([])]).toEqual([[], []])
  })

  test('open jobs with nothing to be done, and turns to be done of final jobs', async () => {
    const { store } = here()
    await insertTurn(store, { id: 'turn_a', jobId: 'job_a', state: 'done' })
    await insertTurn(store, { id: 'turn_b', jobId: 'job_b', state: 'running' })
    await insertJob(store, { id: 'job_c', status: 'in_progress' })
    await insertJob(store, { id: 'job_d', status: 'requires_action' })
    await insertTurn(store, { id: 'turn_e', jobId: 'job_e', state: 'running' })
    await store.jobs.update('job_e', { from: ['queued'], set: { status: 'completed' } })
    expect(idsOf(await cases().listIdle(ALL))).toEqual(['job_a', 'job_c'])
    expect(idsOf(await cases().listIdle({ beyond: 'job_a', limit: 1 }))).toEqual(['job_c'])
    expect(idsOf(await cases().listLeftOver(ALL))).toEqual(['turn_e'])
    expect(idsOf(await cases().listRunning(ALL))).toEqual(['turn_b', 'turn_e'])
  })

  test('turns that are late, have no time, or are held for ever', async () => {
    const { store } = here()
    await insertTurn(store, { id: 'turn_a', number: 1, dueAt: after(-10) })
    await insertTurn(store, { id: 'turn_b', number: 2, dueAt: after(10) })
    await insertTurn(store, { id: 'turn_c', number: 3, dueAt: null })
    await insertTurn(store, { id: 'turn_d', number: 4, dueAt: after(10), claimedUntil: after(9_000) })
    await insertTurn(store, { id: 'turn_e', number: 5, dueAt: null, state: 'done' })
    const late = { before: T0, heldUntil: after(3_600) }
    expect(idsOf(await cases().listLateTurns({ ...ALL, ...late }))).toEqual(['turn_a', 'turn_c', 'turn_d'])
    expect(idsOf(await cases().listLateTurns({ beyond: 'turn_a', limit: 1, ...late }))).toEqual(['turn_c'])
  })

  test('webhooks, callbacks and purges that are late', async () => {
    const { store } = here()
    await insertJob(store)
    await store.inbox.insert([
      inboxRow({ id: 'inb_a', webhookId: 'a', dueAt: after(-1) }),
      inboxRow({ id: 'inb_b', webhookId: 'b', dueAt: after(1) }),
      inboxRow({ id: 'inb_c', webhookId: 'c', dueAt: null }),
      inboxRow({ id: 'inb_d', webhookId: 'd', dueAt: null, handledAt: T0, outcome: 'handled' }),
    ])
    await store.deliveries.insert([
      deliveryRow({ id: 'dlv_a', dueAt: after(-1) }),
      deliveryRow({ id: 'dlv_b', dueAt: after(1), eventSeq: 2 }),
      deliveryRow({ id: 'dlv_c', dueAt: null, state: 'failed', eventSeq: 3 }),
    ])
    const late = { ...ALL, before: T0 }
    expect(await cases().listLateEvents(late)).toEqual([
      { id: 'inb_a', dueAt: after(-1) },
      { id: 'inb_c', dueAt: null },
    ])
    expect(await cases().listLateDeliveries(late)).toEqual([{ id: 'dlv_a', dueAt: after(-1) }])
    await cases().hurryDelivery('dlv_a', after(5))
    expect(await cases().listLateDeliveries(late)).toEqual([])
    await store.jobs.markDeleted('job_1', { at: after(-1), upstream: false })
    expect(idsOf(await cases().listLatePurges(late))).toEqual(['job_1'])
    expect(await cases().listLatePurges({ ...late, before: after(-2) })).toEqual([])
    expect(await cases().listDeferredPurges({ ...ALL, now: T0 })).toEqual([])
    await store.jobs.deferPurge('job_1', after(900))
    expect(idsOf(await cases().listDeferredPurges({ ...ALL, now: T0 }))).toEqual(['job_1'])
  })

  test('every result says whether its usage was written down', async () => {
    const { store, database } = here()
    await insertTurn(store, { id: 'turn_a', jobId: 'job_a' })
    await insertTurn(store, { id: 'turn_b', jobId: 'job_b' })
    await store.results.insert(resultRow({ turnId: 'turn_a', jobId: 'job_a' }))
    await store.results.insert(resultRow({ turnId: 'turn_b', jobId: 'job_b' }))
    await database.pool.query(`insert into longhaul.usage (turn_id, job_id, tenant_id, account, model, labels, input_tokens, cached_tokens,
      cache_write_tokens, output_tokens, reasoning_tokens, image_input_tokens, image_output_tokens, web_searches, file_searches, containers,
      estimated, prices, created_at) values ('turn_b', 'job_b', 'ten_1', 'default', 'm', '{}', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, 'p', now())`)
    expect(await cases().listResults(ALL)).toEqual([
      { id: 'turn_a', hasUsage: false },
      { id: 'turn_b', hasUsage: true },
    ])
  })
})
