import { afterAll, beforeAll, expect, test } from 'vitest'
import type { QueueEntry } from '../../src/domain/ports.ts'
import { describeQueues, type QueueHost } from '../support/queue-hosts.ts'
import { aborted, drained, startRunner } from '../support/queue-kit.ts'

const event = (inboxId: string): QueueEntry => ({ name: 'handle-event', payload: { inboxId } })
const never = new Promise<never>(() => {})

describeQueues('how every queue runs and ends its handlers', (openHost) => {
  let host: QueueHost
  beforeAll(async () => {
    host = await openHost()
  })
  afterAll(() => host[Symbol.asyncDispose]())

  test('a handler whose time is up is told, and what it throws then is the timeout', async () => {
    await using engine = await host.fresh({ limits: { 'handle-event': { timeoutMs: 100, attempts: 1 } } })
    const { nextReport } = await startRunner(engine, {
      async 'handle-event'(_, { signal }) {
        await aborted(signal)
        throw new Error('gave up')
      },
    })
    await engine.queue.add([event('inb_1')])
    const report = await nextReport()
    expect(report).toMatchObject({
      kind: 'failed',
      final: true,
      error: { name: 'TimeoutError', message: 'handle-event took longer than 100 ms' },
    })
    expect(report.runMs).toBeGreaterThanOrEqual(99)
    expect(report.runMs).toBeLessThan(4_000) // it was told, and not just left behind
  })

  test('a run leaves one line in the log, with what it was, how it ended and how long it took', async () => {
    await using engine = await host.fresh({ limits: { 'handle-event': { attempts: 1 } } })
    const { log, nextReport } = await startRunner(engine, {
      async 'handle-event'({ inboxId }, { log: own, job }) {
        own.debug({}, job.id)
        if (inboxId === 'bad') throw new Error('could not reach redis://:secret@somewhere')
        return { outcome: 'recorded' }
      },
    })
    await engine.queue.add([event('good')])
    await nextReport()
    await engine.queue.add([event('bad')])
    await nextReport()
    const [own, good, , bad] = log.lines
    expect(own).toEqual({
      level: 'debug',
      message: expect.stringMatching(/^[0-9a-f-]{36}$/),
      fields: { job: 'handle-event', entry: own?.message, inboxId: 'good' },
    })
    const times = { wait_ms: expect.any(Number), run_ms: expect.any(Number) }
    expect(good).toEqual({
      level: 'info',
      message: 'job.done',
      fields: { name: 'handle-event', attempt: 1, ...times, outcome: 'recorded' },
    })
    expect(bad).toMatchObject({
      level: 'info',
      message: 'job.failed',
      fields: { ...times, outcome: 'failed', final: true, error: 'could not reach redis://***@somewhere' },
    })
  })

  test('closing waits for what runs, and takes nothing more', async () => {
    await using engine = await host.fresh({ limits: { 'handle-event': { concurrency: 1 } } })
    const [started, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const { runner, reports } = await startRunner(engine, {
      async 'handle-event'(_, { signal }) {
        started.resolve()
        await finish.promise
        return { outcome: signal.aborted ? 'aborted' : 'finished' }
      },
    })
    await engine.queue.add([event('running'), event('behind')])
    await started.promise
    const closed = runner.close({ graceMs: 30_000 })
    finish.resolve()
    await closed
    expect(reports).toMatchObject([{ kind: 'done', outcome: 'finished' }])
    expect((await engine.counts())['handle-event']).toEqual({ waiting: 1, active: 0, delayed: 0, failed: 0 })
  })

  test('what is not done when the grace ends is told to stop and goes back, to be run by the next at the same attempt', async () => {
    await using engine = await host.fresh({ limits: { 'handle-event': { attempts: 1 } } })
    const started = Promise.withResolvers<void>()
    const first = await startRunner(engine, {
      async 'handle-event'(_, { signal }) {
        started.resolve()
        await aborted(signal)
        throw signal.reason
      },
    })
    await engine.queue.add([event('inb_1')])
    await started.promise
    await first.runner.close({ graceMs: 100 })
    expect(first.reports).toMatchObject([{ kind: 'interrupted' }])
    expect((await engine.counts())['handle-event']).toMatchObject({ waiting: 1, failed: 0 })
    const second = await startRunner(engine, {})
    expect(await second.nextReport()).toMatchObject({ kind: 'done', attempt: 1 })
    await drained(engine)
  })

  test('closing does not wait for a handler that heeds nothing', async () => {
    await using engine = await host.fresh()
    const started = Promise.withResolvers<void>()
    const { runner, reports } = await startRunner(engine, { 'handle-event': () => (started.resolve(), never) })
    await engine.queue.add([event('inb_1')])
    await started.promise
    const closing = performance.now()
    await runner.close({ graceMs: 1_200 })
    expect(performance.now() - closing).toBeGreaterThanOrEqual(1_199)
    expect(performance.now() - closing).toBeLessThan(4_000)
    expect(reports).toMatchObject([{ kind: 'interrupted' }])
  })
})
