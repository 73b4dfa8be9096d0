import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'

const FOLDER = new URL('../../migrations/', import.meta.url)

/** Names what was made with exactly these migrations. */
export async function migrationsHash(): Promise<string> {
  const hash = createHash('sha256')
  for (const file of (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort()) {
    hash.update(file).update(await readFile(new URL(file, FOLDER)))
  }
  return hash.digest('hex').slice(0, 16)
}
