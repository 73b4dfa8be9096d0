import { afterAll, beforeAll, expect, test } from 'vitest'
import type { QueueEntry } from '../../src/domain/ports.ts'
import { describeQueues, type QueueHost } from '../support/queue-hosts.ts'
import { eventually, startRunner } from '../support/queue-kit.ts'
import { openAt, type OpenOptions, type QueuePlace } from '../support/queue-places.ts'
import { startProxy, type Proxy } from '../support/queue-proxy.ts'

const event = (inboxId: string): QueueEntry => ({ name: 'handle-event', payload: { inboxId } })

function behind({ port }: Proxy, place: QueuePlace): QueuePlace {
  const [key, url] =
    'redisUrl' in place
      ? (['redisUrl', place.redisUrl] as const)
      : 'databaseUrl' in place
        ? (['databaseUrl', place.databaseUrl] as const)
        : []
  if (key === undefined) throw new Error('the embedded database has no connection to cut')
  return { [key]: Object.assign(new URL(url), { port: String(port) }).href } as QueuePlace
}

function addressOf(place: QueuePlace): { host: string; port: number } {
  const { hostname, port } = new URL('redisUrl' in place ? place.redisUrl : 'databaseUrl' in place ? place.databaseUrl : '')
  return { host: hostname, port: Number(port) }
}

describeQueues(
  'while the queue is away',
  (openHost) => {
    let host: QueueHost
    let proxy: Proxy
    const open = (options?: OpenOptions): ReturnType<typeof openAt> => openAt(behind(proxy, host.place), options)

    beforeAll(async () => {
      host = await openHost()
      proxy = await startProxy(addressOf(host.place))
    })
    afterAll(async () => {
      await proxy[Symbol.asyncDispose]()
      await host[Symbol.asyncDispose]()
    })

    // What was refused may still have gone through: handlers run twice, so that does no harm.
    test.each(['cut', 'freeze'] as const)('adding is refused within two seconds and works again after it (%s)', async (how) => {
      await using engine = await open()
      const { reports } = await startRunner(engine, { 'handle-event': async ({ inboxId }) => ({ outcome: inboxId }) })
      await engine.queue.add([event('before')])
      await eventually(() => expect(reports).toContainEqual(expect.objectContaining({ outcome: 'before' })))

      proxy[how]()
      const asked = performance.now()
      await expect(engine.queue.add([event('lost')])).rejects.toThrow('the queue is away')
      expect(performance.now() - asked).toBeLessThan(2_000)
      await expect(engine.check()).rejects.toThrow()

      proxy.restore()
      await eventually(() => engine.queue.add([event('after')]))
      await eventually(() => expect(reports).toContainEqual(expect.objectContaining({ outcome: 'after' })))
      await eventually(() => engine.check())
    })

    test('what ran through the absence is recorded when the queue is back', async () => {
      const lines: NonNullable<OpenOptions['lines']> = []
      await using engine = await open({ lines })
      const [started, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const { reports } = await startRunner(engine, {
        async 'handle-event'() {
          started.resolve()
          await finish.promise
          return { outcome: 'done' }
        },
      })
      await engine.queue.add([event('inb_1')])
      await started.promise
      proxy.cut()
      finish.resolve()
      await eventually(() => expect(reports).toHaveLength(1))
      await eventually(() => expect(lines.some(({ message }) => message === 'queue.fault')).toBe(true))
      proxy.restore()
      await eventually(async () =>
        expect((await engine.counts())['handle-event']).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 }),
      )
      expect(reports).toHaveLength(1)
    })

    test('closing does not wait for it to come back', async () => {
      const engine = await open()
      const { runner, nextReport } = await startRunner(engine, {})
      await engine.queue.add([event('inb_1')])
      await nextReport()
      proxy.freeze()
      const closing = performance.now()
      await runner.close({ graceMs: 10_000 })
      expect(performance.now() - closing).toBeLessThan(5_000)
      proxy.restore()
      await engine.close()
    })
  },
  ['redis', 'postgres'],
)
