import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createStore, openDatabase } from '../../../src/db/index.ts'
import { StoreUnavailableError } from '../../../src/domain/errors.ts'

/** A PostgreSQL that lets a session in and ends it in the same breath, as one that is being restarted may. */
function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(type), length, body])
}
const welcome = message('R', Buffer.alloc(4))
const ready = message('Z', Buffer.from('I'))
const farewell = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'))

test('a connection that dies in the bytes that opened it is the database being away, not the end of the process', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.end(Buffer.concat([welcome, ready, farewell]))))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await using database = await openDatabase({ url: `postgres://someone@127.0.0.1:${(server.address() as AddressInfo).port}/any` })
    const store = createStore(database)
    await expect(store.check()).rejects.toBeInstanceOf(StoreUnavailableError)
    await expect(store.transaction((tx) => tx.check())).rejects.toBeInstanceOf(StoreUnavailableError)
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
})
