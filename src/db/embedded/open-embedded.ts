import { drizzle } from 'drizzle-orm/node-postgres'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import type { Database, Db } from '../database.ts'
import { EmbeddedPool } from './embedded-pool.ts'
import { EmbeddedSession } from './embedded-session.ts'
import { lockFolder } from './folder-lock.ts'

export async function openEmbedded(dataDir: string): Promise<Database> {
  const folder = join(resolve(dataDir), 'db')
  await using opened = new AsyncDisposableStack()
  opened.use(await lockFolder(folder))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const session = opened.use(await EmbeddedSession.open(folder))
  const pool = new EmbeddedPool(session)
  const resources = opened.move()

  return {
    kind: 'embedded',
    db: drizzle(pool as never) as unknown as Db,
    pool,
    queuePool: pool,
    async listen(channel, onNotify) {
      await session.listen(channel, onNotify)
      return () => session.unlisten(channel, onNotify)
    },
    tidy: async () => void (await pool.query('vacuum (analyze)')),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
