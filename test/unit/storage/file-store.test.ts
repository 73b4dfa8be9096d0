import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { explainFileFault } from '../../../src/storage/files/file-faults.ts'
import { openObjectStore } from '../../../src/storage/index.ts'

async function tempDir(): Promise<{ dir: string } & AsyncDisposable> {
  const dir = await mkdtemp(join(tmpdir(), 'longhaul-files-'))
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) }
}

async function* text(value: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(value)
}

const contentType = 'text/plain'
const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)

describe('objects in files', () => {
  test('only the owner may read them', async () => {
    await using temp = await tempDir()
    const store = await openObjectStore({ kind: 'files', dir: join(temp.dir, 'objects') })
    await store.put('tenant/job/art.png', text('x'), { contentType })
    const modes = ['', 'tenant', 'tenant/job', 'tenant/job/art.png'].map((path) => modeOf(join(temp.dir, 'objects', path)))
    expect(await Promise.all(modes)).toEqual(['700', '700', '700', '600'])
  })

  test('an open removes what writes that died long ago left, and nothing younger', async () => {
    await using temp = await tempDir()
    await mkdir(join(temp.dir, '.tmp'))
    await writeFile(join(temp.dir, '.tmp', 'dead'), 'half')
    await writeFile(join(temp.dir, '.tmp', 'alive'), 'half')
    const long = new Date(Date.now() - 2 * 60 * 60 * 1000)
    await utimes(join(temp.dir, '.tmp', 'dead'), long, long)
    const store = await openObjectStore({ kind: 'files', dir: temp.dir })
    expect(await readdir(join(temp.dir, '.tmp'))).toEqual(['alive'])
    await utimes(join(temp.dir, '.tmp', 'alive'), long, long)
    await store.tidy()
    expect(await readdir(join(temp.dir, '.tmp')), 'and so does tidying').toEqual([])
  })

  test('removing the last object of a job removes its folders', async () => {
    await using temp = await tempDir()
    const store = await openObjectStore({ kind: 'files', dir: temp.dir })
    await store.put('t/one/a', text('x'), { contentType })
    await store.put('t/two/a', text('x'), { contentType })
    await store.remove(['t/one/a'])
    expect(await readdir(join(temp.dir, 't'))).toEqual(['two'])
    await store.remove(['t/two/a'])
    expect(await readdir(temp.dir)).toEqual(['.tmp'])
  })

  test('puts into a folder that removals empty at the same time all succeed', async () => {
    await using temp = await tempDir()
    const store = await openObjectStore({ kind: 'files', dir: temp.dir })
    const rounds = Array.from({ length: 8 }, async (_, writer) => {
      for (let round = 0; round < 40; round += 1) {
        await store.put(`t/job/${writer}`, text('x'), { contentType })
        await store.remove([`t/job/${writer}`])
      }
    })
    await Promise.all(rounds)
    expect(await readdir(temp.dir)).toEqual(['.tmp'])
  })

  test('a removed object is gone for a reader who comes to it too late', async () => {
    await using temp = await tempDir()
    const store = await openObjectStore({ kind: 'files', dir: temp.dir })
    await store.put('a', text('first'), { contentType })
    const before = await store.get('a')
    await store.put('a', text('the second is longer'), { contentType })
    await expect(Array.fromAsync(before?.body ?? [])).rejects.toThrow('replaced')
    const late = await store.get('a')
    await store.remove(['a'])
    await expect(Array.fromAsync(late?.body ?? [])).rejects.toThrow('ENOENT')
  })

  test('a check says why nothing can be written', async () => {
    await using temp = await tempDir()
    const store = await openObjectStore({ kind: 'files', dir: temp.dir })
    await rm(join(temp.dir, '.tmp'), { recursive: true })
    await writeFile(join(temp.dir, '.tmp'), '')
    await expect(store.check()).rejects.toThrow(`Cannot write to ${temp.dir}: a part of the path is a file`)
    await expect(openObjectStore({ kind: 'files', dir: join(temp.dir, '.tmp', 'x') })).rejects.toThrow('a part of the path is a file')
  })

  test('a full disk is named as such, with its cause', () => {
    const cause = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    expect(explainFileFault(cause, '/objects')).toMatchObject({
      name: 'StorageFullError',
      message: 'Cannot write to /objects: the disk is full',
      cause,
    })
    const other = new Error('the body broke')
    expect(explainFileFault(other, '/objects')).toBe(other)
  })
})
