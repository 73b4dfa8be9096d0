import { createPostgresBackend, Queue, runMigrations, Worker } from 'bullmq'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createStore, openDatabase } from '../../../src/db/index.ts'
import type { Database, Notification } from '../../../src/db/index.ts'
import { insertJob, jobRow, REQUEST } from '../../support/database-rows.ts'
import { createTestDataDir } from '../../support/database-embedded.ts'
import type { TestDataDir } from '../../support/database-embedded.ts'

let place: TestDataDir
let database: Database

beforeAll(async () => {
  place = await createTestDataDir()
  database = await openDatabase(place)
  await database.pool.query('create table public.numbers (n int primary key)')
})
beforeEach(async () => {
  await database.pool.query('delete from public.numbers')
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await place[Symbol.asyncDispose]()
})

async function numbers(): Promise<number[]> {
  const { rows } = await database.pool.query<{ n: number }>('select n from public.numbers order by n')
  return rows.map(({ n }) => n)
}

test('from BEGIN to COMMIT the session is one client’s; others wait their turn, in order', async () => {
  const [one, other] = [await database.pool.connect(), await database.pool.connect()]
  await one.query('begin')
  const order: string[] = []
  const second = other.query('insert into public.numbers values (2)').then(() => order.push('other'))
  const third = database.pool.query('insert into public.numbers values (3)').then(() => order.push('pool'))
  await one.query('insert into public.numbers values (1)')
  order.push('one')
  await one.query('rollback')
  await Promise.all([second, third])
  one.release()
  other.release()
  expect(order).toEqual(['one', 'other', 'pool'])
  expect(await numbers()).toEqual([2, 3])
})

test('a connected client that does nothing holds nobody up', async () => {
  const idle = await database.pool.connect()
  await idle.query('select 1')
  await database.pool.query('insert into public.numbers values (1)')
  idle.release()
  expect(await numbers()).toEqual([1])
})

test('a client given back in the middle of a transaction takes its work with it', async () => {
  const client = await database.pool.connect()
  await client.query('begin')
  await client.query('insert into public.numbers values (1)')
  client.release()
  expect(await numbers()).toEqual([])
})

test('a statement that fails, with parameters or without, frees the session', async () => {
  await expect(database.pool.query('select nonsense')).rejects.toMatchObject({ code: '42703' })
  await expect(database.pool.query('select 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' })
  await expect(database.pool.query('insert into public.numbers values ($1), ($1)', [1])).rejects.toMatchObject({ code: '23505' })
  const client = await database.pool.connect()
  await client.query('begin')
  await expect(client.query('select 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' })
  await expect(client.query('select $1::int', [1])).rejects.toMatchObject({ code: '25P02' })
  await client.query('rollback')
  client.release()
  expect(await numbers()).toEqual([])
})

test('statements of one client that are not awaited run in their order', async () => {
  const client = await database.pool.connect()
  await Promise.all(['begin', 'insert into public.numbers values (1)', 'savepoint s', 'commit'].map((text) => client.query(text)))
  client.release()
  expect(await numbers()).toEqual([1])
})

test('a client that listens hears, and holds nobody up; given back, it hears no more', async () => {
  const client = await database.pool.connect()
  const heard: Notification[] = []
  let wake = (): void => {}
  client.on('notification', (notification) => {
    heard.push(notification)
    wake()
  })
  await client.query('-- a comment\nLISTEN news;\n')
  const notified = new Promise<void>((resolve) => {
    wake = resolve
  })
  await database.pool.query("select pg_notify('news', 'one')")
  await notified
  await client.query('UNLISTEN news')
  await database.pool.query("select pg_notify('news', 'two')")
  await client.query('LISTEN news')
  client.release()
  await database.pool.query("select pg_notify('news', 'three')")
  await database.pool.query('select 1')
  expect(heard).toEqual([{ channel: 'news', payload: 'one' }])
})

test('values come and go as they do with a server', async () => {
  const at = new Date('2026-03-01T12:00:00.123Z')
  const { rows, rowCount } = await database.pool.query(
    'select $1::timestamptz as at, $2::jsonb as json, $3::text[] as texts, $4::bigint as big, $5::boolean as yes, $6::text as none, $7::bytea as bytes',
    [at, { a: [1] }, ['x', 'y"z', ''], '9007199254740993', true, null, Buffer.from([0, 255])],
  )
  const row = {
    at,
    json: { a: [1] },
    texts: ['x', 'y"z', ''],
    big: '9007199254740993',
    yes: true,
    none: null,
    bytes: Buffer.from([0, 255]),
  }
  expect(rows).toEqual([row])
  expect(rowCount).toBe(1)
})

test('BullMQ works on the same session while our transactions run', async () => {
  const client = await database.queuePool.connect()
  await runMigrations(client as never)
  client.release()
  const store = createStore(database)
  const options = { connection: database.queuePool as never }
  const done: number[] = []
  const all = Promise.withResolvers<void>()
  const queue = new Queue<{ n: number }>('numbers', options, createPostgresBackend as never)
  const worker = new Worker<{ n: number }>(
    'numbers',
    async ({ data }) => {
      await store.transaction(async (tx) => {
        await tx.jobs.insert(jobRow({ id: `job_${data.n}` }), REQUEST)
        await tx.jobs.update(`job_${data.n}`, { from: ['queued'], set: { status: 'in_progress' } })
      })
      if (done.push(data.n) === 60) all.resolve()
    },
    { ...options, concurrency: 8 },
    createPostgresBackend as never,
  )
  worker.on('error', all.reject)
  try {
    await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()])
    const adds = Array.from({ length: 60 }, async (_, n) => {
      await queue.add('number', { n })
      const undone = store.transaction(async (tx) => {
        await insertJob(tx, { id: `job_undone_${n}` })
        throw new Error('undone')
      })
      await expect(undone).rejects.toThrow('undone')
    })
    await Promise.all([...adds, all.promise])
  } finally {
    await worker.close()
    await queue.close()
  }
  const jobs = await store.jobs.list({ tenantId: 'ten_1' }, { limit: 100, before: null })
  expect(jobs.map(({ id }) => id).toSorted()).toEqual(done.map((n) => `job_${n}`).toSorted())
  expect(jobs.every(({ status }) => status === 'in_progress')).toBe(true)
})
