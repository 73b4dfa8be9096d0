import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { QueueEntry } from '../../../src/domain/ports.ts'
import { describeRedis } from '../../support/queue-hosts.ts'
import { eventually, startRunner } from '../../support/queue-kit.ts'
import { openAt, type OpenOptions } from '../../support/queue-places.ts'
import { type RedisServer, startRedis } from '../../support/queue-redis.ts'

const event = (inboxId: string): QueueEntry => ({ name: 'handle-event', payload: { inboxId } })

/** One command without a client library: the tests know of Redis only that it has an address. */
async function command({ port }: RedisServer, line: string): Promise<string> {
  const socket = new Socket().connect(port, '127.0.0.1').setEncoding('utf8')
  socket.end(`${line}\r\n`)
  return (await socket.toArray()).join('')
}

describeRedis('a queue in Redis', () => {
  test('goes on after everything in Redis was flushed', async () => {
    await using server = await startRedis()
    await using engine = await openAt({ redisUrl: server.url })
    const [started, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const { nextReport } = await startRunner(engine, {
      async 'handle-event'({ inboxId }) {
        if (inboxId === 'running') started.resolve()
        if (inboxId === 'running') await finish.promise
        return { outcome: inboxId }
      },
    })
    await engine.queue.add([event('running'), { ...event('delayed'), delayMs: 60_000 }])
    await started.promise
    expect(await command(server, 'FLUSHALL')).toBe('+OK\r\n')
    await engine.queue.add([event('after')])
    expect(await nextReport()).toMatchObject({ outcome: 'after' })
    finish.resolve()
    expect(await nextReport()).toMatchObject({ outcome: 'running' })
    await engine.queue.add([event('later')])
    expect(await nextReport()).toMatchObject({ outcome: 'later' })
  })

  test('keeps nothing of what is done', async () => {
    await using server = await startRedis()
    await using engine = await openAt({ redisUrl: server.url })
    const { nextReport } = await startRunner(engine, {}, { names: ['handle-event'] })
    await engine.queue.add([{ ...event('inb_1'), dedupe: 'row' }])
    expect(await nextReport()).toMatchObject({ kind: 'done' })
    await eventually(async () =>
      expect((await command(server, 'KEYS longhaul:handle-event:*-*-*-*-*')) + (await command(server, 'KEYS *:de:*'))).toBe('*0\r\n*0\r\n'),
    )
  })

  test('goes on after Redis was stopped and came back empty', async () => {
    await using server = await startRedis()
    await using engine = await openAt({ redisUrl: server.url })
    const { nextReport } = await startRunner(engine, { 'handle-event': async ({ inboxId }) => ({ outcome: inboxId }) })
    await engine.queue.add([event('before')])
    await nextReport()
    await server.stop()
    await expect(engine.queue.add([event('lost')])).rejects.toThrow('the queue is away')
    await server.start()
    await eventually(() => engine.queue.add([event('after')]))
    expect(await nextReport()).toMatchObject({ outcome: 'after' })
  })

  test('opens while Redis is not there, refuses to add, and works once it is', async () => {
    await using server = await startRedis()
    await server.stop()
    const lines: NonNullable<OpenOptions['lines']> = []
    await using engine = await openAt({ redisUrl: server.url }, { lines })
    const { nextReport } = await startRunner(engine, {})
    await expect(engine.check()).rejects.toThrow('Redis is')
    await expect(engine.queue.add([event('lost')])).rejects.toThrow('the queue is away')
    await eventually(() => expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', message: 'queue.fault' })))
    await server.start()
    await eventually(() => engine.queue.add([event('after')]))
    expect(await nextReport()).toMatchObject({ kind: 'done' })
    await engine.check()
  })

  test('closes at once though Redis was never there', async () => {
    await using server = await startRedis()
    await server.stop()
    const engine = await openAt({ redisUrl: server.url })
    const { runner } = await startRunner(engine, {})
    const closing = performance.now()
    await runner.close({ graceMs: 30_000 })
    await engine.close()
    expect(performance.now() - closing).toBeLessThan(5_000)
  })

  test('a password is used, and never logged', async () => {
    await using server = await startRedis({ password: 'swordfish' })
    await using engine = await openAt({ redisUrl: server.url })
    const { nextReport } = await startRunner(engine, {})
    await engine.queue.add([event('inb_1')])
    expect(await nextReport()).toMatchObject({ kind: 'done' })

    const lines: NonNullable<OpenOptions['lines']> = []
    await using wrong = await openAt({ redisUrl: server.url.replace('swordfish', 'haddock') }, { lines })
    await expect(wrong.queue.add([event('inb_2')])).rejects.toThrow('the queue is away')
    await eventually(() => expect(JSON.stringify(lines)).toContain('WRONGPASS'))
    expect(JSON.stringify(lines)).not.toContain('haddock')
  })

  test('a full Redis refuses entries without stopping the service, and takes them when there is room', async () => {
    await using server = await startRedis()
    await using engine = await openAt({ redisUrl: server.url })
    const { nextReport } = await startRunner(engine, {})
    await engine.queue.add([event('before')])
    await nextReport()
    await command(server, 'CONFIG SET maxmemory 1')
    await expect(engine.queue.add([event('lost')])).rejects.toThrow('the queue is away')
    await command(server, 'CONFIG SET maxmemory 0')
    await engine.queue.add([event('after')])
    expect(await nextReport()).toMatchObject({ kind: 'done' })
  })

  test('two services with prefixes of their own share a Redis without meeting', async () => {
    await using server = await startRedis()
    await using one = await openAt({ redisUrl: server.url, prefix: 'one' })
    await using two = await openAt({ redisUrl: server.url, prefix: 'two' })
    await one.queue.add([event('inb_1')])
    expect((await one.counts())['handle-event'].waiting).toBe(1)
    expect((await two.counts())['handle-event'].waiting).toBe(0)
  })
})
