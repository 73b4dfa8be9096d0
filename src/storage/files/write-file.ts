import { mkdir, open, rename } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf, isMissing } from './file-faults.ts'

const publishTries = 10
// More is faster for one, and twice the memory for eight at once.
const writeBytes = 256 * 1024

/** Writes a new file and does not return before the disk has it. One large write is under way while the next is gathered. */
export async function writeDurably(path: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  let writing: Promise<void> = Promise.resolve()
  let gathered: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of body) {
      gathered.push(chunk)
      bytes += chunk.byteLength
      if (bytes < writeBytes) continue
      await writing
      writing = writeAll(file, gathered)
      writing.catch(() => {}) // told where it is awaited
      gathered = []
      bytes = 0
    }
  } finally {
    await writing
  }
  await writeAll(file, gathered)
  await file.sync()
}

async function writeAll(file: FileHandle, chunks: Uint8Array[]): Promise<void> {
  if (chunks.length === 0) return
  const { bytesWritten } = await file.writev(chunks)
  const total = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
  // A short write is rare and legal: the rest follows, or says why it cannot.
  if (bytesWritten < total) await file.writeFile(Buffer.concat(chunks).subarray(bytesWritten))
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
