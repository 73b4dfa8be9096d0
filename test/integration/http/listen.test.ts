import express from 'express'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ListenError, listen } from '../../../src/http/index.ts'

const anywhere = { host: '127.0.0.1', port: 0 }

/** An app whose one request ends when the test says so. */
function heldApp() {
  const reached = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const app = express()
  app.get('/held', async (_req, res) => {
    reached.resolve()
    await release.promise
    res.send('done')
  })
  app.get('/begun', async (_req, res) => {
    res.write('first ')
    await release.promise
    res.end('last')
  })
  app.get('/quick', (_req, res) => void res.send('quick'))
  return { app, reached: reached.promise, release: release.resolve }
}

describe('closing', () => {
  test('lets what runs end, takes nothing new, and does not wait for idle connections', async () => {
    const { app, reached, release } = heldApp()
    await using server = await listen(app, anywhere)
    const agent = new Agent({ keepAlive: true })
    const idle = request(`${server.url}/quick`, { agent }).end()
    await text(((await once(idle, 'response')) as [IncomingMessage])[0])
    const held = fetch(`${server.url}/held`)
    await reached
    const closed = server.close({ graceMs: 20_000 })
    await expect(fetch(`${server.url}/quick`)).rejects.toThrow('fetch failed')
    release()
    const reply = await held
    expect([reply.status, reply.headers.get('connection'), await reply.text()]).toEqual([200, 'close', 'done'])
    await closed
    agent.destroy()
  })

  test('cuts what outlasts the grace time', async () => {
    const { app, reached, release } = heldApp()
    await using server = await listen(app, anywhere)
    const held = fetch(`${server.url}/held`)
    await reached
    await Promise.all([expect(held).rejects.toThrow('fetch failed'), server.close({ graceMs: 50 })])
    release()
  })

  test('ends a connection whose reply had begun as soon as the reply is whole', async () => {
    const { app, release } = heldApp()
    await using server = await listen(app, anywhere)
    const agent = new Agent({ keepAlive: true })
    const [begun] = (await once(request(`${server.url}/begun`, { agent }).end(), 'response')) as [IncomingMessage]
    const closed = server.close({ graceMs: 120_000 })
    release()
    expect(await text(begun)).toBe('first last')
    await closed
    agent.destroy()
  })

  test('twice is once', async () => {
    await using server = await listen(express(), anywhere)
    await Promise.all([server.close({ graceMs: 100 }), server.close({ graceMs: 100 })])
  })
})

describe('an address that cannot be had is told in a sentence', () => {
  test('when something else listens there', async () => {
    await using server = await listen(express(), anywhere)
    const refusal = listen(express(), { host: '127.0.0.1', port: server.port })
    await expect(refusal).rejects.toThrow(ListenError)
    await expect(refusal).rejects.toThrow(`Port ${server.port} on 127.0.0.1 is taken: stop what listens there, or set PORT to another.`)
  })

  test('when it is no address of this machine', async () => {
    await expect(listen(express(), { host: '192.0.2.1', port: 0 })).rejects.toThrow('192.0.2.1 is no address of this machine')
  })
})

test('the address to go to is one that a browser can open', async () => {
  await using everywhere = await listen(express(), { host: '0.0.0.0', port: 0 })
  await using six = await listen(express(), { host: '::1', port: 0 })
  expect([everywhere.url, six.url]).toEqual([`http://localhost:${everywhere.port}`, `http://[::1]:${six.port}`])
})

test('a client that breaks off in the middle of a request disturbs nobody', async () => {
  const { app } = heldApp()
  await using server = await listen(app, anywhere)
  const socket = connect(server.port, '127.0.0.1')
  socket.write('POST /quick HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc')
  await once(socket, 'ready')
  socket.resetAndDestroy()
  expect(await (await fetch(`${server.url}/quick`)).text()).toBe('quick')
})
