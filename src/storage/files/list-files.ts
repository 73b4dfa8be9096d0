import type { Dirent } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isObjectKey } from '../object-keys.ts'
import { isMissing } from './file-faults.ts'

/** One folder at a time, and of each a few names at a time: the tree is never held whole. */
export async function* listFiles(
  root: string,
  prefix: string,
): AsyncGenerator<{ key: string; bytes: number; modifiedAt: Date }, void, void> {
  yield* walk(prefix.slice(0, prefix.lastIndexOf('/') + 1))

  async function* walk(folder: string): ReturnType<typeof listFiles> {
    for await (const entry of entries(join(root, folder))) {
      const key = folder + entry.name
      if (!isObjectKey(key)) continue
      if (entry.isDirectory() && `${key}/`.startsWith(prefix.slice(0, key.length + 1))) yield* walk(`${key}/`)
      if (!entry.isFile() || !key.startsWith(prefix)) continue
      const found = await stat(join(root, key)).catch(ignoreMissing)
      if (found !== null) yield { key, bytes: found.size, modifiedAt: found.mtime }
    }
  }
}

async function* entries(folder: string): AsyncGenerator<Dirent, void, void> {
  const opened = await opendir(folder).catch(ignoreMissing)
  if (opened !== null) yield* opened
}

function ignoreMissing(error: unknown): null {
  if (isMissing(error)) return null
  throw error
}
