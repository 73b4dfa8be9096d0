import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createStore, FolderLockedError, openDatabase } from '../../../src/db/index.ts'
import { lockFolder } from '../../../src/db/embedded/folder-lock.ts'
import { insertJob, jobRow } from '../../support/database-rows.ts'
import { createTestDataDir } from '../../support/database-embedded.ts'

const HOLDER = new URL('../../support/database-holder.ts', import.meta.url).pathname

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longhaul-lock-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function releaseAtOnce(db: string): Promise<void> {
  const lock = await lockFolder(db)
  lock[Symbol.dispose]()
}

test('a second open of the folder in one process is refused with what to do', async () => {
  const db = join(folder, 'db')
  const first = await lockFolder(db)
  const second: unknown = await lockFolder(db).catch((error: unknown) => error)
  expect(second).toBeInstanceOf(FolderLockedError)
  expect((second as Error).message).toContain(db)
  expect((second as Error).message).toContain('DATABASE_URL')
  first[Symbol.dispose]()
  await releaseAtOnce(db)
})

test('a lock file left over locks nobody out', async () => {
  const db = join(folder, 'db')
  await releaseAtOnce(db)
  await releaseAtOnce(db)
})

test('a process that is killed while it writes gives the database up at once, with all that it was told is written', async () => {
  await using place = await createTestDataDir()
  const holder = spawn(process.execPath, [HOLDER, place.dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    let told = 0
    let text = ''
    for await (const chunk of holder.stdout.setEncoding('utf8') as AsyncIterable<string>) {
      text += chunk
      told = text.split('\n').length - 1
      if (told >= 20) break
    }
    await expect(openDatabase(place)).rejects.toBeInstanceOf(FolderLockedError)
    holder.kill('SIGKILL')
    await once(holder, 'exit')

    await using database = await openDatabase(place)
    const store = createStore(database)
    for (let n = 0; n < told; n += 1) expect(await store.jobs.get(`job_${n}`)).toStrictEqual(jobRow({ id: `job_${n}` }))
    await insertJob(store, { id: 'job_after' })
  } finally {
    holder.kill('SIGKILL')
  }
})
