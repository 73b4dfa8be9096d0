import type { FileHandle } from 'node:fs/promises'

/** Large pieces are faster, but eight at once would take eight times their memory: only a write that is alone gathers them. */
const aloneBytes = 1024 * 1024
const sharedBytes = 128 * 1024

export type WriteChunks = (file: FileHandle, body: AsyncIterable<Uint8Array>) => Promise<void>

/** One large write is under way while the next is gathered. */
export function createChunkWriter(): WriteChunks {
  let bodies = 0

  async function gatherAndWrite(file: FileHandle, body: AsyncIterable<Uint8Array>): Promise<void> {
    let writing: Promise<void> = Promise.resolve()
    let gathered: Uint8Array[] = []
    let bytes = 0
    try {
      for await (const chunk of body) {
        gathered.push(chunk)
        bytes += chunk.byteLength
        if (bytes < (bodies === 1 ? aloneBytes : sharedBytes)) continue
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
  }

  return async (file, body) => {
    bodies += 1
    try {
      await gatherAndWrite(file, body)
    } finally {
      bodies -= 1
    }
  }
}

async function writeAll(file: FileHandle, chunks: Uint8Array[]): Promise<void> {
  if (chunks.length === 0) return
  const { bytesWritten } = await file.writev(chunks)
  const total = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
  // A short write is rare and legal: the rest follows, or says why it cannot.
  if (bytesWritten < total) await file.writeFile(Buffer.concat(chunks).subarray(bytesWritten))
}
