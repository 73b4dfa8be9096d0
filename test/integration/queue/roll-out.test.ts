import { Queue } from 'bullmq'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../../src/db/index.ts'
import { JOB_CATALOG } from '../../../src/domain/job-catalog.ts'
import type { Backend } from '../../../src/queue/backend.ts'
import { createEngine } from '../../../src/queue/engine.ts'
import type { QueueEngine } from '../../../src/queue/index.ts'
import { openPostgresBackend } from '../../../src/queue/postgres-backend.ts'
import { openRedisBackend } from '../../../src/queue/redis-backend.ts'
import { describeRedis, postgresHost } from '../../support/queue-hosts.ts'
import { drained, eventually, startRunner } from '../../support/queue-kit.ts'
import { startRedis } from '../../support/queue-redis.ts'
import { describeWith } from '../../support/servers.ts'

/** What the first release asks of a payload. Entries made by it may lie in a queue for long: nothing more may ever be asked. */
const ASKED_SINCE_FIRST = {
  'submit-job': { turnId: 'turn_1' },
  'handle-event': { inboxId: 'inb_1' },
  'collect-turn': { turnId: 'turn_1' },
  'keep-alive': { turnId: 'turn_1' },
  'cancel-job': { jobId: 'job_1' },
  deliver: { deliveryId: 'dlv_1' },
  'purge-job': { jobId: 'job_1' },
} as const

test('payloads of the first release are read by this one, and so are those that say more', () => {
  for (const [name, payload] of Object.entries(ASKED_SINCE_FIRST)) {
    const schema = JOB_CATALOG[name as keyof typeof ASKED_SINCE_FIRST].payload
    expect(schema.parse(payload), name).toMatchObject(payload)
    expect(schema.parse({ ...payload, since_next: { deep: 1 } }), name).toMatchObject(payload)
  }
})

function entriesOfTwoVersions(open: () => Promise<{ backend: Backend } & AsyncDisposable>): void {
  let here: Awaited<ReturnType<typeof open>>
  let engine: QueueEngine
  beforeAll(async () => {
    here = await open()
    engine = createEngine(here.backend, { limits: {}, lockSeconds: 30, fault: () => undefined })
  })
  afterAll(async () => {
    await engine.close()
    await here[Symbol.asyncDispose]()
  })

  const queueNamed = (name: string) => new Queue(name, { connection: {}, prefix: here.backend.prefix }, here.backend.factory)

  test('an entry of a job that only the next version knows waits for it', async () => {
    const later = queueNamed('later-job')
    await later.add('later-job', { laterId: 'later_1' }, { jobId: 'later-entry' })
    const { runner, nextReport } = await startRunner(engine, {})
    await engine.queue.add([{ name: 'deliver', payload: { deliveryId: 'dlv_1' } }])
    expect(await nextReport()).toMatchObject({ name: 'deliver', kind: 'done' })
    await drained(engine)
    await runner.close({ graceMs: 1_000 })
    expect((await later.getWaiting()).map(({ data }) => data as unknown)).toEqual([{ laterId: 'later_1' }])
  })

  test('a payload that only the next version can read is set aside, keeps nothing back, and lets its key go to a fresh entry', async () => {
    const deliver = queueNamed('deliver')
    await deliver.add(
      'deliver',
      { delivery: ['dlv_1'] },
      { jobId: 'odd-entry', deduplication: { id: 'dlv_1-1' }, attempts: 3, removeOnFail: 10 },
    )
    const ran: unknown[] = []
    const handler = async (payload: unknown) => {
      ran.push(payload)
      return { outcome: 'sent' }
    }
    const { runner, nextReport } = await startRunner(engine, { deliver: handler })
    expect(await nextReport()).toMatchObject({ name: 'deliver', kind: 'failed', final: true })
    const fresh = { deliveryId: 'dlv_1', since_next: true }
    await eventually(async () => {
      await engine.queue.add([{ name: 'deliver', payload: fresh, dedupe: 'dlv_1-1' }]) // as the sweep does
      expect(ran).not.toEqual([])
    })
    expect(ran[0]).toEqual({ deliveryId: 'dlv_1' })
    await runner.close({ graceMs: 1_000 })
    expect((await deliver.getFailed()).map(({ id }) => id)).toEqual(['odd-entry'])
  })
}

describeRedis('a queue that two versions share, redis', () => {
  entriesOfTwoVersions(async () => {
    const server = await startRedis()
    const backend = openRedisBackend({ redisUrl: server.url, prefix: 'rollout', fault: () => undefined })
    return { backend, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
  })
})

describeWith('a queue that two versions share, postgres', { needs: ['postgres'] }, () => {
  entriesOfTwoVersions(async () => {
    const host = await postgresHost()
    const database = await openDatabase({ url: 'databaseUrl' in host.place ? host.place.databaseUrl : '' })
    return {
      backend: await openPostgresBackend(database.queuePool),
      async [Symbol.asyncDispose]() {
        await database[Symbol.asyncDispose]()
        await host[Symbol.asyncDispose]()
      },
    }
  })
})
