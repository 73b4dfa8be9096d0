import { statfs } from 'node:fs/promises'
import { StorageFullError } from '../../domain/errors.ts'

/** Kept free for the embedded database, which often lies on the same disk and cannot wait; of a small disk, a twentieth. */
const RESERVE_BYTES = 64 * 1024 * 1024
const RESERVE_SHARE = 0.05

/** Throws when the disk is full but for what is kept free. */
export async function assertRoom(dir: string): Promise<void> {
  const { bavail, blocks, bsize } = await statfs(dir)
  if (blocks === 0) return // such a file system does not tell its size
  const reserve = Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE)
  if (bavail * bsize >= reserve) return
  const [left, kept] = [bavail * bsize, reserve].map((bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MB`)
  throw new StorageFullError(`Cannot write to ${dir}: the disk is full but for ${left}, and ${kept} are kept free for the database`)
}
