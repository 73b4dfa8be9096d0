import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const SQLITE_BUSY = 5

/** The embedded database has one owner at a time. */
export class FolderLockedError extends Error {
  override name = 'FolderLockedError'

  constructor(folder: string) {
    super(
      `The embedded database in ${folder} is in use by another process. Stop that process first, ` +
        'or set DATABASE_URL to a PostgreSQL server, which several processes may share.',
    )
  }
}

/** SQLite is here for its file lock alone: the operating system drops it when the process ends, however it ends. */
export async function lockFolder(folder: string): Promise<Disposable> {
  await mkdir(dirname(folder), { recursive: true })
  const lock = new DatabaseSync(`${folder}.lock`)
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive')
  } catch (error) {
    lock.close()
    throw isBusy(error) ? new FolderLockedError(folder) : error
  }
  return { [Symbol.dispose]: () => lock.close() }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}
