import { afterAll, beforeAll, expect, test } from 'vitest'
import { PermanentError } from '../../src/domain/errors.ts'
import type { QueueEntry } from '../../src/domain/ports.ts'
import { describeQueues, type QueueHost } from '../support/queue-hosts.ts'
import { drained, eventually, startRunner } from '../support/queue-kit.ts'

const event = (inboxId: string, rest: object = {}): QueueEntry => ({ name: 'handle-event', payload: { inboxId }, ...rest })
const delivery = (deliveryId: string, rest: object = {}): QueueEntry => ({ name: 'deliver', payload: { deliveryId }, ...rest })
const done = { outcome: 'done' }

describeQueues('what every queue does', (openHost) => {
  let host: QueueHost
  beforeAll(async () => {
    host = await openHost()
  })
  afterAll(() => host[Symbol.asyncDispose]())

  test('an entry runs once, with its payload', async () => {
    await using engine = await host.fresh()
    const seen: unknown[] = []
    await startRunner(engine, { 'handle-event': async (payload, { job }) => (seen.push([payload, job.attempt, job.isLast]), done) })
    await engine.queue.add([event('inb_1')])
    await eventually(() => expect(seen).toHaveLength(1))
    await drained(engine)
    expect(seen).toEqual([[{ inboxId: 'inb_1' }, 1, false]])
  })

  test('an entry added before there is a runner waits for it', async () => {
    await using engine = await host.fresh()
    await engine.queue.add([event('inb_1')])
    expect((await engine.counts())['handle-event']).toEqual({ waiting: 1, active: 0, delayed: 0, failed: 0 })
    const { nextReport } = await startRunner(engine, {})
    expect(await nextReport()).toMatchObject({ name: 'handle-event', kind: 'done' })
  })

  test('many entries of several names, added at once and by many callers, each run once', async () => {
    await using engine = await host.fresh()
    const seen: string[] = []
    await startRunner(engine, {
      'handle-event': async ({ inboxId }) => (seen.push(inboxId), done),
      deliver: async ({ deliveryId }) => (seen.push(deliveryId), done),
    })
    const ids = Array.from({ length: 60 }, (_, index) => `id_${index}`)
    await Promise.all([
      engine.queue.add(ids.flatMap((id) => [event(`e${id}`), delivery(`d${id}`)])),
      ...ids.map((id) => engine.queue.add([event(`s${id}`)])),
    ])
    await drained(engine)
    expect(seen.toSorted()).toEqual(ids.flatMap((id) => [`e${id}`, `d${id}`, `s${id}`]).toSorted())
  })

  test('a payload that is not as the catalog says is refused before anything is added', async () => {
    await using engine = await host.fresh()
    await expect(engine.queue.add([event('inb_1'), { name: 'deliver', payload: {} } as unknown as QueueEntry])).rejects.toThrow(
      'deliveryId',
    )
    expect((await engine.counts())['handle-event'].waiting).toBe(0)
  })

  test('a delayed entry waits for its time, and is run then', async () => {
    await using engine = await host.fresh()
    const { nextReport } = await startRunner(engine, {})
    const added = performance.now()
    await engine.queue.add([delivery('dlv_1', { delayMs: 400 })])
    expect((await engine.counts()).deliver.delayed).toBe(1)
    const report = await nextReport()
    expect(performance.now() - added).toBeGreaterThanOrEqual(399)
    expect(report.waitMs).toBeLessThan(300) // counted from when it was due
  })

  test('what has the higher priority runs first, then what came first', async () => {
    await using engine = await host.fresh({ limits: { 'handle-event': { concurrency: 1 } } })
    const order: string[] = []
    for (const [id, priority] of [
      ['low', -1],
      ['a', undefined],
      ['high', 5],
      ['b', 0],
      ['higher', 9],
    ] as const)
      await engine.queue.add([event(id, { priority })])
    await startRunner(engine, { 'handle-event': async ({ inboxId }) => (order.push(inboxId), done) })
    await drained(engine)
    expect(order).toEqual(['higher', 'high', 'a', 'b', 'low'])
  })

  test('a second entry with the same key is dropped while the first waits or runs, and admitted after it', async () => {
    await using engine = await host.fresh()
    const [started, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const runs: string[] = []
    await engine.queue.add([event('first', { dedupe: 'row:1' })])
    await engine.queue.add([event('while-waiting', { dedupe: 'row:1' }), event('other-key', { dedupe: 'row:2' })])
    await engine.queue.add([delivery('other-name', { dedupe: 'row:1' })])
    const { nextReport } = await startRunner(engine, {
      'handle-event': async ({ inboxId }) => {
        runs.push(inboxId)
        if (inboxId === 'first') started.resolve()
        if (inboxId === 'first') await finish.promise
        return done
      },
      deliver: async ({ deliveryId }) => (runs.push(deliveryId), done),
    })
    await started.promise
    await engine.queue.add([event('while-running', { dedupe: 'row:1' })])
    finish.resolve()
    for (let ended = 0; ended < 3; ended += 1) await nextReport()
    await drained(engine)
    await engine.queue.add([event('after', { dedupe: 'row:1' })])
    await nextReport()
    expect(runs.toSorted()).toEqual(['after', 'first', 'other-key', 'other-name'])
  })

  test('a key is free again when its entry has failed for good', async () => {
    await using engine = await host.fresh({ limits: { 'handle-event': { attempts: 1 } } })
    const runs: string[] = []
    await startRunner(engine, { 'handle-event': async ({ inboxId }) => (runs.push(inboxId), Promise.reject(new Error('no'))) })
    await engine.queue.add([event('first', { dedupe: 'row' })])
    await eventually(async () => expect((await engine.counts())['handle-event'].failed).toBe(1))
    await engine.queue.add([event('second', { dedupe: 'row' })])
    await eventually(async () => expect((await engine.counts())['handle-event'].failed).toBe(2))
    expect(runs).toEqual(['first', 'second'])
  })

  test('a failing entry is tried again, later each time, and then stays with the failed', async () => {
    await using engine = await host.fresh({ limits: { 'handle-event': { attempts: 3, backoffMs: 100 } } })
    const tries: { attempt: number; isLast: boolean; at: number }[] = []
    const { reports } = await startRunner(engine, {
      'handle-event': async (_, { job: { attempt, isLast } }) => (
        tries.push({ attempt, isLast, at: performance.now() }),
        Promise.reject(new Error('not yet'))
      ),
    })
    await engine.queue.add([event('inb_1')])
    await eventually(async () => expect((await engine.counts())['handle-event']).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 1 }))
    const [first, second, third] = tries
    expect(tries.map(({ attempt, isLast }) => [attempt, isLast])).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ])
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(79)
    expect(third!.at - second!.at).toBeGreaterThanOrEqual(159)
    expect(reports.map((report) => report.kind === 'failed' && report.final)).toEqual([false, false, true])
  })

  test('a permanent fault is not tried again', async () => {
    await using engine = await host.fresh()
    let runs = 0
    await startRunner(engine, { 'handle-event': async () => ((runs += 1), Promise.reject(new PermanentError('never'))) })
    await engine.queue.add([event('inb_1')])
    await eventually(async () => expect((await engine.counts())['handle-event'].failed).toBe(1))
    expect(runs).toBe(1)
  })

  test('no more entries of a name run at once than it may have, and a slow name does not hold up another', async () => {
    await using engine = await host.fresh({ limits: { deliver: { concurrency: 2 } } })
    const [full, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let [now, most] = [0, 0]
    const { nextReport } = await startRunner(engine, {
      async deliver() {
        most = Math.max(most, ++now)
        if (now === 2) full.resolve()
        await finish.promise
        now -= 1
        return done
      },
    })
    await engine.queue.add(['1', '2', '3', '4', '5'].map((id) => delivery(id)))
    await full.promise
    await engine.queue.add([event('inb_1')])
    expect(await nextReport()).toMatchObject({ name: 'handle-event' })
    expect((await engine.counts()).deliver).toMatchObject({ waiting: 3, active: 2 })
    finish.resolve()
    await drained(engine)
    expect(most).toBe(2)
  })

  test('only the names asked for are run', async () => {
    await using engine = await host.fresh()
    const { nextReport } = await startRunner(engine, {}, { names: ['deliver'] })
    await engine.queue.add([event('inb_1'), delivery('dlv_1')])
    expect(await nextReport()).toMatchObject({ name: 'deliver' })
    expect((await engine.counts())['handle-event'].waiting).toBe(1)
  })

  test('readiness is told', async () => {
    await using engine = await host.fresh()
    await eventually(() => engine.check())
  })

  test('tidying up disturbs nothing that waits or runs', async () => {
    await using engine = await host.fresh()
    await engine.queue.add([event('inb_1'), event('inb_2', { delayMs: 60_000 })])
    await engine.tidy()
    expect((await engine.counts())['handle-event']).toEqual({ waiting: 1, active: 0, delayed: 1, failed: 0 })
    const { nextReport } = await startRunner(engine, {})
    expect(await nextReport()).toMatchObject({ kind: 'done' })
  })
})
