import pg from 'pg'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../src/db/index.ts'
import type { QueueEntry } from '../../../src/domain/ports.ts'
import { openQueue, type QueueEngine } from '../../../src/queue/index.ts'
import { emptyTables, postgresHost, type QueueHost } from '../../support/queue-hosts.ts'
import { eventually, keptLog, startRunner, type TestRunner } from '../../support/queue-kit.ts'
import { openAt } from '../../support/queue-places.ts'
import { describeWith } from '../../support/servers.ts'

const event = (inboxId: string): QueueEntry => ({ name: 'handle-event', payload: { inboxId } })

interface Fixture extends AsyncDisposable {
  engine: QueueEngine
  database: pg.Client
  started: TestRunner
}

async function running(): Promise<Fixture> {
  await using opened = new AsyncDisposableStack()
  const host = opened.use(await postgresHost())
  const engine = opened.use(await host.fresh())
  const database = opened.adopt(new pg.Client(urlOf(host)), (client) => client.end())
  await database.connect()
  const started = await startRunner(engine, { 'handle-event': async ({ inboxId }) => ({ outcome: inboxId }) })
  await engine.queue.add([event('first')])
  await started.nextReport()
  const resources = opened.move()
  return { engine, database, started, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

function urlOf({ place }: QueueHost): string {
  return 'databaseUrl' in place ? place.databaseUrl : ''
}

describeWith('a queue in PostgreSQL', { needs: ['postgres'] }, () => {
  test('goes on after its tables were emptied', async () => {
    await using fixture = await running()
    const { engine, database, started } = fixture
    await engine.queue.add([{ ...event('delayed'), delayMs: 60_000 }])
    await eventually(() => emptyTables(database)) // may meet a worker and lose as a deadlock
    await engine.queue.add([event('after')])
    expect(await started.nextReport()).toMatchObject({ outcome: 'after' })
  })

  test('goes on after every connection was cut', async () => {
    await using fixture = await running()
    const { engine, database, started } = fixture
    await database.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    await eventually(() => engine.queue.add([event('after')]))
    expect(await started.nextReport()).toMatchObject({ outcome: 'after' })
    await eventually(() => engine.check())
  })

  test('keeps nothing of what is done', async () => {
    await using fixture = await running()
    const { database } = fixture
    await eventually(async () =>
      expect((await database.query('select id from bullmq.job union all select job_id from bullmq.dedup')).rows).toEqual([]),
    )
  })

  test('all its workers share one session that listens', async () => {
    await using fixture = await running()
    const { database } = fixture
    const listening = await eventually(async () => {
      const { rows } = await database.query(`select pid from pg_stat_activity where datname = current_database() and query like 'LISTEN%'`)
      expect(rows.length).toBeGreaterThan(0)
      return rows
    })
    expect(listening).toHaveLength(1)
  })

  test('services that start at the same moment on an empty database all come up', async () => {
    await using host = await postgresHost()
    const engines = await Promise.all(Array.from({ length: 4 }, () => openAt(host.place)))
    await using opened = new AsyncDisposableStack()
    for (const engine of engines) opened.use(engine)
    const { nextReport } = await startRunner(engines[0]!, {})
    await engines[1]!.queue.add([event('inb_1')])
    expect(await nextReport()).toMatchObject({ kind: 'done' })
  })

  test('a pool that would not find the tables is refused at once', async () => {
    await using host = await postgresHost()
    await using database = await openDatabase({ url: urlOf(host) })
    await expect(openQueue({ pool: database.pool, lockSeconds: 30, log: keptLog() })).rejects.toThrow('search path')
  })
})
