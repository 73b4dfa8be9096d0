import { Buffer } from 'node:buffer'
import type { FileHandle } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createChunkWriter } from '../../../src/storage/files/write-chunks.ts'

const KB = 1024

/** Notes how much each write was; takes no more than `most` of it. */
function recordingFile(most = Infinity): { file: FileHandle; writes: number[]; written: () => Buffer } {
  const writes: number[] = []
  const pieces: Buffer[] = []
  const take = (bytes: Buffer): number => {
    const taken = bytes.subarray(0, most)
    writes.push(taken.byteLength)
    pieces.push(Buffer.from(taken))
    return taken.byteLength
  }
  const file = {
    writev: async (chunks: Uint8Array[]) => ({ bytesWritten: take(Buffer.concat(chunks)) }),
    writeFile: async (rest: Uint8Array) => void pieces.push(Buffer.from(rest)),
  }
  return { file: file as unknown as FileHandle, writes, written: () => Buffer.concat(pieces) }
}

async function* body(kilobytes: number, before: (index: number) => Promise<void> = async () => {}): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < kilobytes / 64; index += 1) {
    await before(index)
    yield Buffer.alloc(64 * KB, index)
  }
}

test('a write that is alone gathers a megabyte at a time', async () => {
  const { file, writes, written } = recordingFile()
  await createChunkWriter()(file, body(2_560))
  expect(writes).toEqual([KB * KB, KB * KB, 512 * KB])
  expect(written()).toEqual(Buffer.concat(await Array.fromAsync(body(2_560))))
})

test('writes side by side gather little each, and the one that is left alone gathers much again', async () => {
  const write = createChunkWriter()
  const other = Promise.withResolvers<void>()
  const [one, two] = [recordingFile(), recordingFile()]
  const second = write(
    two.file,
    body(128, () => other.promise),
  )
  const first = write(
    one.file,
    body(512 + 2_048, async (index) => {
      if (index !== 8) return
      other.resolve()
      await second
    }),
  )
  await Promise.all([first, second])
  expect(one.writes).toEqual([128 * KB, 128 * KB, 128 * KB, 128 * KB, KB * KB, KB * KB])
  expect(two.writes).toEqual([128 * KB])
})

test('one that fails is no longer counted', async () => {
  const write = createChunkWriter()
  const failing = (async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(64 * KB)
    throw new Error('cut')
  })()
  await expect(write(recordingFile().file, failing)).rejects.toThrow('cut')
  const { file, writes } = recordingFile()
  await write(file, body(1_024))
  expect(writes).toEqual([KB * KB])
})

test('what a short write left over is written too', async () => {
  const { file, written } = recordingFile(100)
  await createChunkWriter()(file, body(1_024))
  expect(written()).toEqual(Buffer.concat(await Array.fromAsync(body(1_024))))
})
