import { randomUUID } from 'node:crypto'
import { mkdir, open, opendir, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ByteRange, ObjectStore } from '../../domain/ports.ts'
import { assertByteRange } from '../byte-range.ts'
import { eachBounded } from '../each-bounded.ts'
import { interruptible } from '../interruptible.ts'
import { createMeter } from '../meter.ts'
import { assertKeyPrefix, assertObjectKey } from '../object-keys.ts'
import type { FilesConfig } from '../storage-config.ts'
import { explainFileFault, isMissing } from './file-faults.ts'
import { listFiles } from './list-files.ts'
import { assertRoom } from './room.ts'
import { createChunkWriter } from './write-chunks.ts'
import { publish, writeDurably } from './write-file.ts'

// A write that lives has touched its file since; another process may be writing in the same folder.
const staleAfterMs = 60 * 60 * 1000
const cleanAtMost = 10_000
const removeAtOnce = 8

export async function openFileStore(config: FilesConfig): Promise<ObjectStore & AsyncDisposable> {
  const root = resolve(config.dir)
  const tempFolder = join(root, '.tmp')
  const writeChunks = createChunkWriter()
  try {
    await mkdir(tempFolder, { recursive: true, mode: 0o700 })
    await removeStale(tempFolder)
  } catch (error) {
    throw explainFileFault(error, root)
  }

  const write = async (body: AsyncIterable<Uint8Array>, finish: (temp: string) => Promise<void>): Promise<void> => {
    const temp = join(tempFolder, randomUUID())
    try {
      await assertRoom(root)
      await writeDurably(temp, { body, writeChunks })
      await finish(temp)
    } catch (error) {
      await rm(temp, { force: true }).catch(() => {})
      throw explainFileFault(error, root)
    }
  }

  return {
    async put(key, body, { signal }) {
      assertObjectKey(key)
      const meter = createMeter()
      await write(meter.read(interruptible(body, signal)), async (temp) => {
        signal?.throwIfAborted()
        await publish(temp, join(root, key))
      })
      return meter.result()
    },

    async get(key, { range, signal } = {}) {
      assertObjectKey(key)
      if (range !== undefined) assertByteRange(range)
      signal?.throwIfAborted()
      const path = join(root, key)
      const found = await stat(path).catch(ignoreMissing)
      if (!found?.isFile()) return null
      return { bytes: found.size, body: readFile(path, { bytes: found.size, range, signal }) }
    },

    async remove(keys) {
      keys.forEach(assertObjectKey)
      await eachBounded(keys, { limit: removeAtOnce, run: (key) => removeFile(root, key) })
    },

    async *list(prefix) {
      assertKeyPrefix(prefix)
      yield* listFiles(root, prefix)
    },

    async check() {
      await write(probe(), unlink)
    },

    async tidy() {
      await removeStale(tempFolder)
    },

    async [Symbol.asyncDispose]() {},
  }
}

async function* probe(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(4096)
}

/** Opened only when reading starts, so that a body nobody reads holds no file open. */
async function* readFile(
  path: string,
  { bytes, range, signal }: { bytes: number; range: ByteRange | undefined; signal: AbortSignal | undefined },
): AsyncGenerator<Uint8Array, void, void> {
  if (range !== undefined && range.start >= bytes) return
  await using file = await open(path, 'r')
  if ((await file.stat()).size !== bytes) throw new Error('The object was replaced before it was read')
  yield* file.createReadStream({ ...range, ...(signal && { signal }), autoClose: false })
}

async function removeFile(root: string, key: string): Promise<void> {
  try {
    await unlink(join(root, key))
  } catch (error) {
    if (isMissing(error)) return
    throw explainFileFault(error, root)
  }
  // Folders left empty would pile up, one for every job; the first that is not empty ends the climb.
  for (let folder = dirname(key); folder !== '.'; folder = dirname(folder)) {
    const pruned = await rmdir(join(root, folder)).then(
      () => true,
      () => false,
    )
    if (!pruned) return
  }
}

async function removeStale(folder: string): Promise<void> {
  let left = cleanAtMost
  for await (const entry of await opendir(folder)) {
    if (left-- === 0) return
    const path = join(folder, entry.name)
    const found = await stat(path).catch(ignoreMissing)
    if (found?.isFile() && Date.now() - found.mtimeMs > staleAfterMs) await rm(path, { force: true })
  }
}

function ignoreMissing(error: unknown): null {
  if (isMissing(error)) return null
  throw error
}
