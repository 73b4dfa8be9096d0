import { constants, cpSync } from 'node:fs'
import { access, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openDatabase } from '../../src/db/index.ts'
import { migrationsHash } from './migrations-hash.ts'

export interface TestDataDir extends AsyncDisposable {
  dataDir: string
}

/** A data folder of one's own with a migrated embedded database in it, ready in a fraction of what initdb takes. */
export async function createTestDataDir(): Promise<TestDataDir> {
  const dataDir = await mkdtemp(join(tmpdir(), 'longhaul-data-'))
  await fillDataDir(dataDir)
  return { dataDir, [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }) }
}

export async function fillDataDir(dataDir: string): Promise<void> {
  // A thousand small files: the synchronous copy takes half the time.
  cpSync(await ensureTemplate(), join(dataDir, 'db'), { recursive: true, mode: constants.COPYFILE_FICLONE })
}

async function ensureTemplate(): Promise<string> {
  const template = join(tmpdir(), `longhaul-embedded-${await pgliteVersion()}-${await migrationsHash()}`)
  if (await exists(template)) return template
  const lock = new DatabaseSync(`${template}.lock`, { timeout: 120_000 })
  try {
    lock.exec('begin exclusive')
    if (!(await exists(template))) await makeTemplate(template)
  } finally {
    lock.close()
  }
  return template
}

/** Takes its name when it is whole, so that no one ever copies half of it. */
async function makeTemplate(template: string): Promise<void> {
  const draft = await mkdtemp(`${template}-`)
  {
    await using database = await openDatabase({ dataDir: draft })
    await migrate(database)
  }
  await rename(join(draft, 'db'), template)
  await rm(draft, { recursive: true })
}

async function pgliteVersion(): Promise<string> {
  const manifest = new URL('../../node_modules/@electric-sql/pglite/package.json', import.meta.url)
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string }
  return version
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
