import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf, isMissing } from './file-faults.ts'
import type { WriteChunks } from './write-chunks.ts'

const publishTries = 10

/** Writes a new file and does not return before the disk has it. */
export async function writeDurably(
  path: string,
  { body, writeChunks }: { body: AsyncIterable<Uint8Array>; writeChunks: WriteChunks },
): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await writeChunks(file, body)
  await file.sync()
}

/** Moves a whole file to its name, so that it survives a power cut. */
export async function publish(temp: string, path: string): Promise<void> {
  const folder = dirname(path)
  for (let left = publishTries; ; left -= 1) {
    let made: string | undefined
    try {
      made = await mkdir(folder, { recursive: true, mode: 0o700 })
      await rename(temp, path)
    } catch (error) {
      // A removal may prune the empty folder between the two calls, or under mkdir, which then says ENOTDIR.
      if (left <= 1 || !isMissing(error)) throw error
      continue
    }
    await syncFolders(folder, made === undefined ? folder : dirname(made))
    return
  }
}

/** A name is durable only when every folder above it that is new is durable too. */
async function syncFolders(from: string, upTo: string): Promise<void> {
  for (let folder = from; ; folder = dirname(folder)) {
    try {
      await using handle = await open(folder, 'r')
      await handle.sync()
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    }
    if (folder === upTo || folder === dirname(folder)) return
  }
}
