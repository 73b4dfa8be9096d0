import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase } from './database.ts'
import { fillDataDir } from './database-embedded.ts'
import { startRedis } from './queue-redis.ts'
import type { RedisServer } from './queue-redis.ts'
import { startS3Server } from './s3-server.ts'
import type { Server } from './probe-servers.ts'

export const SETUPS = ['embedded', 'postgres', 'full'] as const
export type Setup = (typeof SETUPS)[number]

export const NEEDS: Record<Setup, readonly Server[]> = {
  embedded: [],
  postgres: ['postgres'],
  full: ['postgres', 'redis', 's3'],
}

/** The settings of one setup, its servers and folder made for one test file and gone with it. */
export interface SetupHost extends AsyncDisposable {
  name: Setup
  env: Record<string, string>
  /** Of this setup alone, where it has one. */
  redis: RedisServer | null
}

export async function startSetup(name: Setup): Promise<SetupHost> {
  await using stack = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'longhaul-e2e-'))
  stack.defer(() => rm(dataDir, { recursive: true, force: true }))
  if (name === 'embedded') await fillDataDir(dataDir)
  const env: Record<string, string> = { DATA_DIR: dataDir, LONGHAUL_SECRET: Buffer.alloc(32, 7).toString('base64') }
  if (name !== 'embedded') {
    const database = stack.use(await createTestDatabase())
    env.DATABASE_URL = database.url
  }
  const redis = name === 'full' ? stack.use(await startRedis()) : null
  if (redis !== null) {
    const s3 = stack.use(await startS3Server())
    const query = new URLSearchParams({
      endpoint: s3.endpoint,
      region: s3.region,
      path_style: 'true',
      access_key_id: s3.accessKeyId,
      secret_access_key: s3.secretAccessKey,
    })
    env.REDIS_URL = redis.url
    env.STORAGE_URL = `s3://${await s3.createBucket()}/kept?${query}`
  }
  const opened = stack.move()
  return { name, env, redis, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}
