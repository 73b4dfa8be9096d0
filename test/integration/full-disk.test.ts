import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { StorageFullError } from '../../src/domain/errors.ts'
import type { ObjectStore } from '../../src/domain/ports.ts'
import { createReadiness } from '../../src/readiness.ts'
import { openObjectStore } from '../../src/storage/index.ts'
import { eachWorld } from '../support/domain-context.ts'
import { answering, bytes, pngBytes } from '../support/scripted-openai.ts'
import { describeWith } from '../support/servers.ts'
import { mountSmallDisk } from '../support/small-disk.ts'
import type { SmallDisk } from '../support/small-disk.ts'

const MB = 1024 * 1024
const contentType = 'application/octet-stream'

async function* zeros(megabytes: number): AsyncGenerator<Uint8Array> {
  for (let left = megabytes; left > 0; left -= 1) yield Buffer.alloc(MB)
}

describeWith('a disk of 8 MB', { needs: ['small disk'] }, () => {
  const world = eachWorld()
  let disk: SmallDisk | null = null
  let dir: string
  let store: ObjectStore

  beforeAll(async () => {
    disk = await mountSmallDisk({ megabytes: 8 })
    dir = disk?.dir ?? ''
  })
  afterAll(() => disk?.[Symbol.asyncDispose]())
  beforeEach(async () => {
    store = await openObjectStore({ kind: 'files', dir })
    await store.remove((await Array.fromAsync(store.list(''))).map(({ key }) => key))
  })

  const fill = (): Promise<unknown> => store.put('ten_filler/job/art', zeros(6), { contentType })
  const room = (): Promise<void> => store.remove(['ten_filler/job/art'])

  test('that runs full while an object is written is told as such, and nothing half-written stays', async () => {
    await fill()
    await expect(store.put('ten_a/job/art', zeros(3), { contentType })).rejects.toThrow(StorageFullError)
    expect(await readdir(join(dir, '.tmp'))).toEqual([])
    expect(await store.get('ten_a/job/art')).toBeNull()
    await room()
    expect(await store.put('ten_a/job/art', zeros(3), { contentType })).toMatchObject({ bytes: 3 * MB })
  })

  test('keeps a little free for the database, and readiness says that it is full', async () => {
    const context = { ...world().app, objects: store }
    const ready = () => createReadiness({ context, queue: { check: async () => undefined } as never })()
    expect(await ready()).toMatchObject({ ready: true, parts: { storage: 'ok' } })
    await fill()
    await store.put('ten_filler/job/more', bytes(Buffer.alloc(1.7 * MB)), { contentType })
    await expect(store.put('ten_a/job/art', bytes('x'), { contentType })).rejects.toThrow('are kept free for the database')
    expect(await ready()).toMatchObject({ ready: false, parts: { storage: 'full', database: 'ok' }, faults: { storage: /is full/ } })
  })

  test('makes a result wait, which is stored whole once there is room', async () => {
    const w = world()
    w.app.objects = store
    const picture = Buffer.concat([pngBytes(), Buffer.alloc(3 * MB, 7)])
    const { job, turn } = await w.started()
    const response = { status: 'completed', output: [{ type: 'image_generation_call', result: 'A' }] }
    w.openai.onRetrieve = (...args) => answering(response, { 'output/0/result': bytes(picture) })(...args)
    await fill()
    for (const isLast of [false, true]) {
      await expect(w.run('collect-turn', { turnId: turn.id }, { isLast })).rejects.toThrow(StorageFullError)
      expect(await w.job(job.id)).toMatchObject({ status: 'queued', error: null })
    }
    expect(await w.turn(job.id), 'whoever comes next may take it').toMatchObject({ state: 'running', claimedUntil: null })
    await room()
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
    const [artifact] = await w.artifacts(job.id)
    expect(artifact).toMatchObject({ status: 'stored', bytes: picture.length })
    expect(artifact?.sha256).toBe(w.app.digest.sha256(picture as never))
  })

  test('refuses a submission that brings inputs along with 507, and accepts one without', async () => {
    const w = world()
    w.app.objects = store
    await fill()
    const image = `data:image/png;base64,${Buffer.concat([pngBytes(), Buffer.alloc(3 * MB, 7)]).toString('base64')}`
    const request = { model: 'm', input: [{ role: 'user', content: [{ type: 'input_image', image_url: image }] }] }
    await expect(w.submit({ request })).rejects.toMatchObject({ status: 507, code: 'storage_full', retryAfterSeconds: 60 })
    expect(await w.app.store.jobs.list({ tenantId: 'ten_default' }, { limit: 1, before: null })).toEqual([])
    expect(await Array.fromAsync(store.list('ten_default/'))).toEqual([])
    await w.submit()
    await room()
    await w.submit({ request })
  })
})

test('a limit on the size of files is a store without room, and leaves nothing', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'longhaul-limit-'))
  const writer = fileURLToPath(new URL('../support/limited-writer.ts', import.meta.url))
  const limited = ['-c', 'ulimit -f 2048 && exec "$0" "$@"', process.execPath, writer, dir, '8'] // one MB or two
  const { stdout } = await promisify(execFile)('sh', limited)
  expect(JSON.parse(stdout)).toEqual({ fault: expect.stringContaining('StorageFullError'), left: [], object: null })
  await rm(dir, { recursive: true, force: true })
})
