import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createJobSignals, createStore, migrate, openDatabase } from '../../src/db/index.ts'
import { StoreUnavailableError } from '../../src/domain/errors.ts'
import type { Store } from '../../src/domain/store.ts'
import { createTestDataDir } from '../support/database-embedded.ts'
import { inboxRow, insertJob, jobRow, REQUEST, T0 } from '../support/database-rows.ts'
import { createTestDatabase } from '../support/database.ts'
import { describeWith } from '../support/servers.ts'

const ASKS: Record<string, (store: Store) => Promise<unknown>> = {
  check: (store) => store.check(),
  'jobs.get': (store) => store.jobs.get('job_1'),
  'jobs.insert': (store) => store.jobs.insert(jobRow(), REQUEST),
  'inbox.insert': (store) => store.inbox.insert([inboxRow()]),
  'events.append': (store) => store.events.append('job_1', [{ id: 'evt_1', type: 'job.queued', data: {}, createdAt: T0 }]),
  signalJob: (store) => store.signalJob('job_1'),
  transaction: (store) => store.transaction((tx) => tx.check()),
}

async function expectUnavailable(store: Store): Promise<void> {
  const faults = Object.entries(ASKS).map(async ([name, ask]) => {
    const fault: unknown = await ask(store).catch((error: unknown) => error)
    return [name, fault instanceof StoreUnavailableError && fault.cause instanceof Error ? 'unavailable' : fault]
  })
  const expected = Object.keys(ASKS).map((name) => [name, 'unavailable'])
  expect(await Promise.all(faults)).toEqual(expected)
}

test('a port where nothing listens is a store that is not available', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  await using database = await openDatabase({ url: `postgres://postgres@127.0.0.1:${port}/none` })
  await expectUnavailable(createStore(database))
  await expect(migrate(database)).rejects.toBeInstanceOf(StoreUnavailableError)
  await using signals = createJobSignals(database)
  await signals.next('job_1', { timeoutMs: 1 })
})

test('a server that says nothing is given up after a few seconds', async () => {
  const server = createServer(() => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await using database = await openDatabase({ url: `postgres://postgres@127.0.0.1:${port}/none` })
  await expect(createStore(database).check()).rejects.toBeInstanceOf(StoreUnavailableError)
  server.close()
})

test('an embedded database that was closed is a store that is not available', async () => {
  await using place = await createTestDataDir()
  const database = await openDatabase(place)
  const store = createStore(database)
  await store.check()
  await database[Symbol.asyncDispose]()
  await expectUnavailable(store)
})

describeWith('a server that goes away', { needs: ['postgres'] }, () => {
  async function startStore(): Promise<
    AsyncDisposable & { store: Store; database: Awaited<ReturnType<typeof openDatabase>>; killAll: () => Promise<void> }
  > {
    await using stack = new AsyncDisposableStack()
    const { url } = stack.use(await createTestDatabase())
    const database = stack.use(await openDatabase({ url }))
    const killer = stack.use(await openDatabase({ url }))
    const killAll = async (): Promise<void> => {
      await killer.pool.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      )
    }
    const opened = stack.move()
    return { store: createStore(database), database, killAll, [Symbol.asyncDispose]: () => opened.disposeAsync() }
  }

  test('in the middle of a transaction: nothing of it is written, and the next one works', async () => {
    await using here = await startStore()
    const { store, killAll } = here
    const cut = store.transaction(async (tx) => {
      await tx.jobs.insert(jobRow(), REQUEST)
      await killAll()
      await tx.check()
    })
    await expect(cut).rejects.toBeInstanceOf(StoreUnavailableError)
    expect(await store.jobs.get('job_1')).toBeNull()
    await insertJob(store)
  })

  test('between transactions: every connection is lost, and none of them for good', async () => {
    await using here = await startStore()
    const { store, killAll } = here
    for (let round = 0; round < 3; round += 1) {
      const cut = Array.from({ length: 20 }, () => store.transaction((tx) => tx.check()))
      await Promise.allSettled([...cut, killAll()])
    }
    const after = Array.from({ length: 20 }, () => store.transaction((tx) => tx.check()))
    await expect(Promise.all(after)).resolves.toHaveLength(20)
  })

  test('those who listen are told that they may have missed something, and hear again', async () => {
    await using here = await startStore()
    const { store, database, killAll } = here
    const heard: (string | null)[] = []
    const missed = Promise.withResolvers<void>()
    const said = Promise.withResolvers<void>()
    const unlisten = await database.listen('longhaul_job', (payload) => {
      heard.push(payload)
      if (payload === null) missed.resolve()
      if (payload === 'job_1') said.resolve()
    })
    await killAll()
    await missed.promise
    await store.signalJob('job_1')
    await said.promise
    await unlisten()
    expect(heard).toEqual([null, 'job_1'])
  })
})
