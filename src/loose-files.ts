import { chmod, stat } from 'node:fs/promises'
import type { LooseFile } from './domain/doctor/exam.ts'

/** Those of the places that give others rights they must not have; one that is not there gives none. */
export async function looseFiles(places: { path: string; forbidden: number }[]): Promise<LooseFile[]> {
  if (process.platform === 'win32') return [] // it knows no such rights
  const found = await Promise.all(places.map(look))
  return found.filter((file) => file !== null)
}

async function look({ path, forbidden }: { path: string; forbidden: number }): Promise<LooseFile | null> {
  const mode = await stat(path).then(
    (found) => found.mode,
    () => null,
  )
  if (mode === null || (mode & forbidden) === 0) return null
  return { path, mode, tighten: () => chmod(path, mode & 0o7777 & ~forbidden) }
}
