import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { SendOutcome } from '../../../src/domain/ports.ts'
import { createCallbackSender } from '../../../src/outbound/index.ts'
import type { CallbackSenderOptions, ResolvedAddress } from '../../../src/outbound/index.ts'

interface Listening extends AsyncDisposable {
  url: string
  port: number
  connections: () => number
}

async function listening(server: Server, host = '127.0.0.1', wanted = 0): Promise<Listening> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections += 1
    sockets.add(socket)
  })
  server.listen(wanted, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}

const serve = (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Listening> => listening(createServer(answer))
const serveTcp = (greet: (socket: Socket) => void): Promise<Listening> =>
  listening(
    createTcpServer((socket) => {
      socket.on('error', () => {})
      greet(socket)
    }),
  )

const local = { allowPrivate: ['127.0.0.0/8'] }

async function send(url: string, options: Partial<CallbackSenderOptions> & { signal?: AbortSignal } = {}): Promise<SendOutcome> {
  const { signal = new AbortController().signal, ...rest } = options
  await using sender = createCallbackSender({ ...local, ...rest })
  return await sender.send({ url, headers: { 'webhook-id': 'evt_1' }, body: '{"größe":1}', signal })
}

const at = (...addresses: string[]): (() => Promise<ResolvedAddress[]>) => {
  return async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
}

describe('a callback', () => {
  test('arrives as it was given, and its reply comes back', async () => {
    let seen: unknown
    await using server = await serve(async (request, response) => {
      const parts = await Array.fromAsync(request as AsyncIterable<Buffer>)
      seen = { method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(parts).toString() }
      response.writeHead(202, { 'retry-after': '7', 'set-cookie': ['a=1', 'b=2'] }).end('thanks')
    })
    expect(await send(`${server.url}?a=1#part`)).toEqual({
      outcome: 'replied',
      status: 202,
      headers: expect.objectContaining({ 'retry-after': '7', 'set-cookie': 'a=1, b=2' }),
      body: 'thanks',
      durationMs: expect.any(Number),
    })
    expect(seen).toEqual({
      method: 'POST',
      url: '/hook?a=1',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Longhaul',
        'webhook-id': 'evt_1',
        'content-length': '13',
        host: `127.0.0.1:${server.port}`,
        connection: 'keep-alive',
      },
      body: '{"größe":1}',
    })
  })

  test.each([200, 204, 301, 307, 404, 410, 429, 500])('answered with %i says so, and no redirect is followed', async (status) => {
    await using server = await serve((_, response) => response.writeHead(status, { location: '/elsewhere' }).end())
    expect(await send(server.url)).toMatchObject({ outcome: 'replied', status, body: '' })
    expect(server.connections()).toBe(1)
  })

  test('keeps 4 kB of an endless reply and hangs up', async () => {
    const closed = Promise.withResolvers<void>()
    await using server = await serve((_, response) => {
      const pour = (): void => {
        while (response.write('ä'.repeat(1000)));
      }
      response.on('drain', pour).on('close', closed.resolve)
      response.write('x')
      pour()
    })
    const outcome = await send(server.url)
    expect(outcome).toMatchObject({ status: 200, body: `x${'ä'.repeat(2047)}` })
    await closed.promise
  })

  test('keeps 4 kB of the headers of a reply, and how long to wait in any case', async () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`x-${index}`, 'v'.repeat(80)]))
    await using server = await serve((_, response) => response.writeHead(429, { ...many, 'retry-after': '9' }).end())
    const outcome = await send(server.url)
    if (outcome.outcome !== 'replied') throw new Error('there was no reply')
    expect(outcome.headers).toMatchObject({ 'retry-after': '9', 'x-1': 'v'.repeat(80) })
    expect(Object.entries(outcome.headers).flat().join('').length).toBeLessThanOrEqual(4096)
  })

  test('keeps no NUL of a reply', async () => {
    await using server = await serve((_, response) => response.end('a\0b'))
    expect(await send(server.url)).toMatchObject({ body: 'a\uFFFDb' })
  })

  test('answered with a change of protocol is a failed attempt that says so', async () => {
    await using server = await serveTcp((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'))
    })
    expect(await send(server.url)).toMatchObject({ outcome: 'failed', reason: 'network', message: expect.stringContaining('101') })
  })

  test('never throws: an address that is none and a header that cannot be sent are outcomes', async () => {
    expect(await send('no address')).toMatchObject({
      outcome: 'failed',
      reason: 'invalid_url',
      message: expect.stringContaining('https://'),
    })
    await using sender = createCallbackSender(local)
    const { signal } = new AbortController()
    const outcome = await sender.send({ url: 'http://127.0.0.1:9/', headers: { 'x-bad': 'a\nb' }, body: '', signal })
    expect(outcome).toMatchObject({ outcome: 'failed', reason: 'network' })
  })
})

describe('a callback to a name', () => {
  test('goes to the address that was checked, whatever the name says afterwards', async () => {
    await using server = await serve((request, response) => response.end(request.headers.host))
    const answers = [at('127.0.0.1'), at('169.254.169.254')]
    let asked = 0
    const lookup = async (): Promise<ResolvedAddress[]> => (answers[asked++] ?? at())()
    const outcome = await send(`http://rebound.example:${server.port}/`, { lookup })
    expect(outcome).toMatchObject({ outcome: 'replied', body: `rebound.example:${server.port}` })
    expect(asked).toBe(1)
  })

  test('is looked up and checked anew each time, whatever connection is left over from before', async () => {
    await using server = await serve((_, response) => response.end())
    const answers = [at('127.0.0.1'), at('10.0.0.1')]
    await using sender = createCallbackSender({ ...local, lookup: async () => (answers.shift() ?? at())() })
    const request = { url: `http://rebound.example:${server.port}/`, headers: {}, body: '', signal: new AbortController().signal }
    expect(await sender.send(request)).toMatchObject({ outcome: 'replied' })
    expect(await sender.send(request)).toMatchObject({ outcome: 'failed', reason: 'blocked' })
    expect(server.connections()).toBe(1)
  })

  test('goes by the connection that is left over, as long as the name says the same', async () => {
    await using server = await serve((_, response) => response.end('ok'))
    await using elsewhere = await serve((_, response) => response.end('elsewhere'))
    const answers = [at('127.0.0.1'), at('127.0.0.1'), at('127.0.0.1', '127.0.0.2'), at('127.0.0.1')]
    let asked = 0
    await using sender = createCallbackSender({ ...local, lookup: async () => (answers[asked++] ?? at())() })
    const request = { url: `http://steady.example:${server.port}/`, headers: {}, body: '', signal: new AbortController().signal }
    const connections: number[] = []
    for (let round = 0; round < 4; round += 1) {
      expect(await sender.send(request)).toMatchObject({ outcome: 'replied', body: 'ok' })
      connections.push(server.connections())
    }
    expect(asked).toBe(4)
    expect(connections).toEqual([1, 1, 2, 2])
    expect(elsewhere.connections()).toBe(0)
  })

  test('never goes by a connection to an address that the name has left, though it is open', async () => {
    await using server = await listening(
      createServer((_, response) => response.end('first')),
      '127.0.0.1',
    )
    await using moved = await listening(
      createServer((_, response) => response.end('second')),
      '127.0.0.2',
      server.port,
    )
    const answers = [at('127.0.0.1'), at('127.0.0.2')]
    await using sender = createCallbackSender({ ...local, lookup: async () => (answers.shift() ?? at())() })
    const request = { url: `http://moved.example:${moved.port}/`, headers: {}, body: '', signal: new AbortController().signal }
    expect(await sender.send(request)).toMatchObject({ body: 'first' })
    expect(await sender.send(request)).toMatchObject({ body: 'second' })
  })

  test('is sent once more by a new connection where the one left over was closed just then', async () => {
    let requests = 0
    await using server = await serve((request, response) => {
      requests += 1
      if (requests === 2) request.socket.destroy()
      else response.end()
    })
    await using sender = createCallbackSender(local)
    const request = { url: server.url, headers: {}, body: '{}', signal: new AbortController().signal }
    expect(await sender.send(request)).toMatchObject({ outcome: 'replied' })
    expect(await sender.send(request)).toMatchObject({ outcome: 'replied' })
    expect(server.connections()).toBe(2)
    expect(requests).toBe(3)
  })

  test('has all of its time on a connection that is left over', async () => {
    let requests = 0
    const pending: ServerResponse[] = []
    await using server = await serve((_, response) => {
      requests += 1
      if (requests === 1) response.end()
      else pending.push(response)
    })
    await using sender = createCallbackSender({ ...local, connectTimeoutMs: 60, timeoutMs: 250 })
    const request = { url: server.url, headers: {}, body: '{}', signal: new AbortController().signal }
    await sender.send(request)
    expect(await sender.send(request)).toMatchObject({ reason: 'timeout', message: expect.stringContaining('250 ms') })
    expect(server.connections()).toBe(1)
  })

  test.each([
    ['one private address', 'https://a.example/', ['10.0.0.1']],
    ['a private address beside a public one', 'https://a.example/', ['8.8.8.8', '192.168.0.1']],
    ['a mapped loopback address', 'https://a.example/', ['::ffff:10.0.0.1']],
    ['an address with a zone', 'https://a.example/', ['fe80::1%eth0']],
    ['what is no address', 'https://a.example/', ['a.example']],
    ['a public address, in plain http', 'http://a.example/', ['8.8.8.8']],
    ['a public address, on a port not listed', 'https://a.example:22/', ['8.8.8.8']],
    ['a public address beside an opened one, in plain http', 'http://a.example/', ['127.0.0.1', '8.8.8.8']],
  ])('that has %s is blocked', async (_, url, addresses) => {
    expect(await send(url, { lookup: at(...addresses) })).toMatchObject({ outcome: 'failed', reason: 'blocked' })
  })

  test('that means this machine goes to the loopback address that was opened, and not to the other', async () => {
    await using server = await serve((_, response) => response.end('here'))
    const url = `http://localhost:${server.port}/`
    expect(await send(url, { lookup: at('::1', '127.0.0.1') })).toMatchObject({ outcome: 'replied', body: 'here' })
    expect(await send(url, { lookup: at('::1', '127.0.0.1'), allowPrivate: ['10.0.0.0/8'] })).toMatchObject({ reason: 'blocked' })
    expect(await send(url, { lookup: at('10.0.0.1') })).toMatchObject({ reason: 'blocked' })
  })

  test('that is not known, or has no address, failed for DNS', async () => {
    const lookup = async (): Promise<never> => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND a.example'), { code: 'ENOTFOUND' })
    }
    expect(await send('https://a.example/', { lookup })).toMatchObject({ reason: 'dns', message: 'getaddrinfo ENOTFOUND a.example' })
    expect(await send('https://a.example/', { lookup: at() })).toMatchObject({ reason: 'dns' })
  })

  test('whose look-up hangs ends with the time it has', async () => {
    const lookup = (): Promise<never> => new Promise(() => {})
    expect(await send('https://a.example/', { lookup, timeoutMs: 50 })).toMatchObject({ outcome: 'failed', reason: 'timeout' })
  })
})

describe('a callback to a server that', () => {
  test('does not listen is refused', async () => {
    const gone = await serve((_, response) => response.end())
    await gone[Symbol.asyncDispose]()
    expect(await send(gone.url)).toMatchObject({ outcome: 'failed', reason: 'refused' })
  })

  test('hangs up without a reply was reset', async () => {
    await using server = await serveTcp((socket) => socket.once('data', () => socket.destroy()))
    expect(await send(server.url)).toMatchObject({ outcome: 'failed', reason: 'reset' })
  })

  test('does not speak TLS failed for TLS', async () => {
    await using server = await serveTcp((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    expect(await send(server.url.replace('http:', 'https:'))).toMatchObject({ outcome: 'failed', reason: 'tls' })
  })

  test('does not speak HTTP failed for the network', async () => {
    await using server = await serveTcp((socket) => socket.once('data', () => socket.end('220 mail.example ESMTP\r\n')))
    expect(await send(server.url)).toMatchObject({ outcome: 'failed', reason: 'network' })
  })

  test('takes the connection but never finishes TLS timed out connecting', async () => {
    await using server = await serveTcp(() => {})
    const outcome = await send(server.url.replace('http:', 'https:'), { connectTimeoutMs: 50 })
    expect(outcome).toMatchObject({ outcome: 'failed', reason: 'timeout', message: 'There was no connection within 50 ms' })
  })

  test('takes the request and is silent timed out', async () => {
    await using server = await serve(() => {})
    expect(await send(server.url, { timeoutMs: 50 })).toMatchObject({ outcome: 'failed', reason: 'timeout' })
  })

  test('drips its head timed out, however often it drips', async () => {
    await using server = await serveTcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const drip = setInterval(() => socket.write('x-drip: 1\r\n'), 10)
      socket.once('close', () => clearInterval(drip))
    })
    expect(await send(server.url, { timeoutMs: 100 })).toMatchObject({ outcome: 'failed', reason: 'timeout' })
  })

  test('drips or cuts its body has replied all the same, with what came in time', async () => {
    await using dripping = await serve((_, response) => {
      response.write('half')
      const drip = setInterval(() => response.write('.'), 10)
      response.once('close', () => clearInterval(drip))
    })
    const outcome = await send(dripping.url, { timeoutMs: 100 })
    expect(outcome).toMatchObject({ outcome: 'replied', status: 200, body: expect.stringMatching(/^half\.*$/) })
    expect(outcome.durationMs).toBeLessThan(2000)
    await using cutting = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half', () => response.destroy())
    })
    expect(await send(cutting.url)).toMatchObject({ outcome: 'replied', status: 200 })
  })
})

describe('a callback that we end', () => {
  test('beforehand or under way was aborted', async () => {
    const arrived = Promise.withResolvers<void>()
    await using server = await serve(() => arrived.resolve())
    expect(await send(server.url, { signal: AbortSignal.abort() })).toMatchObject({ outcome: 'failed', reason: 'aborted' })
    expect(server.connections()).toBe(0)
    const controller = new AbortController()
    const sending = send(server.url, { signal: controller.signal })
    await arrived.promise
    controller.abort()
    expect(await sending).toMatchObject({ outcome: 'failed', reason: 'aborted' })
  })

  test('by closing the sender was aborted, and the closing waits for it', async () => {
    const arrived = Promise.withResolvers<void>()
    await using server = await serve(() => arrived.resolve())
    const sender = createCallbackSender(local)
    let outcome: SendOutcome | undefined
    const sending = sender.send({ url: server.url, headers: {}, body: '', signal: new AbortController().signal })
    void sending.then((value) => (outcome = value))
    await arrived.promise
    await sender[Symbol.asyncDispose]()
    expect(outcome).toMatchObject({ outcome: 'failed', reason: 'aborted' })
  })
})
