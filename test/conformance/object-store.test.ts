import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ObjectStore } from '../../src/domain/ports.ts'
import { openObjectStore } from '../../src/storage/index.ts'
import { startS3Server } from '../support/s3-server.ts'
import type { S3Server } from '../support/s3-server.ts'
import { describeWith } from '../support/servers.ts'

interface Fixture extends AsyncDisposable {
  store: ObjectStore
  /** What a broken write left behind: temporary files, parts of uploads. */
  leftovers(): Promise<string[]>
}

const MB = 1024 * 1024
const contentType = 'application/octet-stream'
let server: S3Server | undefined

async function withFiles(): Promise<Fixture> {
  const dir = await mkdtemp(join(tmpdir(), 'longhaul-objects-'))
  const store = await openObjectStore({ kind: 'files', dir })
  return {
    store,
    leftovers: () => readdir(join(dir, '.tmp')),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function withS3(): Promise<Fixture> {
  if (server === undefined) throw new Error('The S3 server is not up')
  const { endpoint, region, accessKeyId, secretAccessKey } = server
  const bucket = await server.createBucket()
  const store = await openObjectStore({ kind: 's3', bucket, prefix: 'some/prefix', endpoint, region, accessKeyId, secretAccessKey })
  const client = new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true })
  return {
    store,
    async leftovers() {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
      return Uploads.map(({ Key = '' }) => Key)
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
      await store[Symbol.asyncDispose]()
    },
  }
}

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part
}

async function* repeated(chunk: Uint8Array, times: number, after?: () => void): AsyncGenerator<Uint8Array> {
  for (let left = times; left > 0; left -= 1) {
    yield chunk
    after?.()
  }
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of body) parts.push(part)
  return Buffer.concat(parts)
}

async function read(store: ObjectStore, key: string): Promise<string | null> {
  const found = await store.get(key)
  return found && (await collect(found.body)).toString()
}

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await Array.fromAsync(store.list(prefix))).map(({ key }) => key).toSorted()
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
const put = (store: ObjectStore, key: string, text: string): Promise<unknown> => store.put(key, chunks(text), { contentType })

describeWith('objects in files', { needs: [] }, () => {
  storesObjects(withFiles)

  test('a list of more than a page is whole', async () => {
    await using fixture = await withFiles()
    const keys = Array.from({ length: 1010 }, (_, index) => `many/${index % 7}/${index}`)
    await Promise.all(keys.map((key) => put(fixture.store, key, '')))
    expect(await keysOf(fixture.store, 'many/')).toEqual(keys.toSorted())
    await fixture.store.remove(keys)
    expect(await keysOf(fixture.store, '')).toEqual([])
  })
})
describeWith('objects in s3', { needs: ['s3'] }, () => {
  beforeAll(async () => {
    server = await startS3Server()
  }, 60_000)
  afterAll(() => server?.[Symbol.asyncDispose]())
  storesObjects(withS3)
})

function storesObjects(open: () => Promise<Fixture>): void {
  test('what was put is read back, with its size and SHA-256', async () => {
    await using fixture = await open()
    const stored = await fixture.store.put('tenant/job/art.txt', chunks('one ', 'and ', 'two'), { contentType: 'text/plain' })
    expect(stored).toEqual({ bytes: 11, sha256: sha256('one and two') })
    const found = await fixture.store.get('tenant/job/art.txt')
    expect(found?.bytes).toBe(11)
    expect(found && (await collect(found.body)).toString()).toBe('one and two')
  })

  test('an object that is not there is null, also where its name is a folder', async () => {
    await using fixture = await open()
    await put(fixture.store, 'tenant/job/art', 'x')
    expect(await fixture.store.get('tenant/job/none')).toBeNull()
    expect(await fixture.store.get('tenant/job')).toBeNull()
    expect(await fixture.store.get('tenant/job/art/below')).toBeNull()
  })

  test('an empty body is an object of no bytes', async () => {
    await using fixture = await open()
    expect(await fixture.store.put('empty', chunks(), { contentType })).toEqual({ bytes: 0, sha256: sha256('') })
    expect(await read(fixture.store, 'empty')).toBe('')
    const ranged = await fixture.store.get('empty', { range: { start: 0, end: 9 } })
    expect(ranged?.bytes).toBe(0)
    expect(ranged && (await collect(ranged.body)).length).toBe(0)
  })

  test('a range gives its bytes and the size of the whole', async () => {
    await using fixture = await open()
    await put(fixture.store, 'digits', '0123456789')
    const slice = async (start: number, end: number): Promise<string> => {
      const found = await fixture.store.get('digits', { range: { start, end } })
      expect(found?.bytes).toBe(10)
      return found === null ? 'missing' : (await collect(found.body)).toString()
    }
    expect(await slice(0, 0)).toBe('0')
    expect(await slice(2, 4)).toBe('234')
    expect(await slice(7, 1000)).toBe('789')
    expect(await slice(10, 20)).toBe('')
    await expect(fixture.store.get('digits', { range: { start: 4, end: 2 } })).rejects.toThrow(RangeError)
    await expect(fixture.store.get('digits', { range: { start: -1, end: 2 } })).rejects.toThrow(RangeError)
  })

  test('putting a key again leaves the later bytes', async () => {
    await using fixture = await open()
    await put(fixture.store, 'a/b', 'a longer first text')
    await put(fixture.store, 'a/b', 'second')
    expect(await read(fixture.store, 'a/b')).toBe('second')
  })

  test('puts of one key at the same time leave one of them whole', async () => {
    await using fixture = await open()
    const texts = Array.from({ length: 8 }, (_, index) => String(index).repeat(100_000))
    await Promise.all(texts.map((text) => put(fixture.store, 'same/key', text)))
    expect(texts).toContain(await read(fixture.store, 'same/key'))
    expect(await fixture.leftovers()).toEqual([])
  })

  test('removed objects are gone, and removing what is not there is no fault', async () => {
    await using fixture = await open()
    await put(fixture.store, 'a/one', '1')
    await put(fixture.store, 'a/two', '2')
    await put(fixture.store, 'a/three', '3')
    await fixture.store.remove(['a/one', 'a/never', 'a/two', 'x/y/z', 'a/three/below'])
    await fixture.store.remove([])
    expect(await keysOf(fixture.store, '')).toEqual(['a/three'])
    await put(fixture.store, 'a/one', 'again')
    expect(await read(fixture.store, 'a/one')).toBe('again')
  })

  test('a list gives every key that begins with the prefix, with size and time', async () => {
    await using fixture = await open()
    const before = Date.now()
    const keys = ['t1/j1/a', 't1/j1/bb', 't1/j2/a', 't10/j1/a', 't2/j1/a', 'top']
    await Promise.all(keys.map((key) => put(fixture.store, key, key)))
    expect(await keysOf(fixture.store, '')).toEqual(keys)
    expect(await keysOf(fixture.store, 't1')).toEqual(['t1/j1/a', 't1/j1/bb', 't1/j2/a', 't10/j1/a'])
    expect(await keysOf(fixture.store, 't1/')).toEqual(['t1/j1/a', 't1/j1/bb', 't1/j2/a'])
    expect(await keysOf(fixture.store, 't1/j1/b')).toEqual(['t1/j1/bb'])
    expect(await keysOf(fixture.store, 'nothing/here')).toEqual([])
    const [entry] = await Array.fromAsync(fixture.store.list('t1/j1/bb'))
    expect(entry?.bytes).toBe(8)
    expect(Math.abs((entry?.modifiedAt.getTime() ?? 0) - before)).toBeLessThan(60_000)
  })

  test('tidying takes nothing that is stored', async () => {
    await using fixture = await open()
    await put(fixture.store, 'ten_a/job_a/art_a.txt', 'kept')
    await fixture.store.tidy()
    expect(await read(fixture.store, 'ten_a/job_a/art_a.txt')).toBe('kept')
  })

  // Of S3 the pages are the SDK's work, and a thousand puts there take a quarter of a minute.
  test.each([0, 3 * MB, 20 * MB])('a body that fails after %i bytes leaves nothing', async (bytes) => {
    await using fixture = await open()
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield* repeated(Buffer.alloc(MB), bytes / MB)
      throw new Error('the source broke')
    }
    await expect(fixture.store.put('broken', body(), { contentType })).rejects.toThrow('the source broke')
    expect(await fixture.store.get('broken')).toBeNull()
    expect(await fixture.leftovers()).toEqual([])
  })

  test.each([0, 3 * MB, 20 * MB])('an abort after %i bytes ends a body that hangs and leaves what was there', async (bytes) => {
    await using fixture = await open()
    await put(fixture.store, 'kept', 'the earlier bytes')
    const controller = new AbortController()
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield* repeated(Buffer.alloc(MB), bytes / MB)
      controller.abort(new Error('stop now'))
      await new Promise(() => {})
    }
    await expect(fixture.store.put('kept', body(), { contentType, signal: controller.signal })).rejects.toThrow('stop now')
    expect(await read(fixture.store, 'kept')).toBe('the earlier bytes')
    expect(await fixture.leftovers()).toEqual([])
  })

  test('a signal aborted beforehand writes and reads nothing, and the source is let go', async () => {
    await using fixture = await open()
    const signal = AbortSignal.abort(new Error('too late'))
    const source = Readable.from([Buffer.from('x')])
    await expect(fixture.store.put('never', source, { contentType, signal })).rejects.toThrow('too late')
    await expect(fixture.store.get('never', { signal })).rejects.toThrow('too late')
    expect(await fixture.store.get('never')).toBeNull()
    expect(source.destroyed).toBe(true)
  })

  test('an abort while reading ends the read', async () => {
    await using fixture = await open()
    await fixture.store.put('big', repeated(Buffer.alloc(MB), 16), { contentType })
    const controller = new AbortController()
    const found = await fixture.store.get('big', { signal: controller.signal })
    const reading = (async () => {
      for await (const _ of found?.body ?? []) controller.abort()
    })()
    await expect(reading).rejects.toThrow(/abort/i)
  })

  test('a reader that stops early or never starts holds nothing up', async () => {
    await using fixture = await open()
    await fixture.store.put('big', repeated(Buffer.alloc(MB), 4), { contentType })
    for (let left = 60; left > 0; left -= 1) {
      const found = await fixture.store.get('big')
      const iterator = found?.body[Symbol.asyncIterator]()
      if (left % 2 === 0) await iterator?.next()
      await iterator?.return?.()
    }
    expect((await fixture.store.get('big', { range: { start: 0, end: 0 } }))?.bytes).toBe(4 * MB)
  })

  test('a large body comes and goes in flat memory', { timeout: 60_000 }, async () => {
    await using fixture = await open()
    const chunk = Buffer.alloc(64 * 1024, 'longhaul')
    const size = 128 * MB
    const before = process.memoryUsage().rss
    let peak = 0
    const look = (): void => void (peak = Math.max(peak, process.memoryUsage().rss - before))
    const stored = await fixture.store.put('large', repeated(chunk, size / chunk.length, look), { contentType })
    expect(stored.bytes).toBe(size)
    const hash = createHash('sha256')
    for await (const part of (await fixture.store.get('large'))?.body ?? []) {
      hash.update(part)
      look()
    }
    expect(hash.digest('hex')).toBe(stored.sha256)
    expect(peak).toBeLessThan(100 * MB)
  })

  test.each(['', '/a', 'a/', 'a//b', '..', 'a/../b', '.hidden', 'a/.tmp/b', 'a\0b', 'a b', 'a\\b', 'ä', 'a%2fb', 'x'.repeat(201)])(
    'the key %j is refused everywhere',
    async (key) => {
      await using fixture = await open()
      await expect(put(fixture.store, key, 'x')).rejects.toThrow(RangeError)
      await expect(fixture.store.get(key)).rejects.toThrow(RangeError)
      await expect(fixture.store.remove(['fine', key])).rejects.toThrow(RangeError)
    },
  )

  test('the beginning of no key is refused', async () => {
    await using fixture = await open()
    await expect(keysOf(fixture.store, '../')).rejects.toThrow(RangeError)
    await expect(keysOf(fixture.store, '/etc')).rejects.toThrow(RangeError)
  })

  test('a check passes where objects can be written and leaves nothing', async () => {
    await using fixture = await open()
    await fixture.store.check()
    expect(await keysOf(fixture.store, '')).toEqual([])
    expect(await fixture.leftovers()).toEqual([])
  })
}
