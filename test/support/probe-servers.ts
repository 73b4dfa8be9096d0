import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { isS3Possible, s3Packages } from './s3-server.ts'
import { mountSmallDisk } from './small-disk.ts'

export const SERVERS = ['postgres', 'redis', 's3', 'chromium', 'python3', 'openssl', 'small disk'] as const
export type Server = (typeof SERVERS)[number]

/** Why a server cannot be used, and what to do; absent means it is there. */
export type MissingServers = Partial<Record<Server, string>>

const ALL_OF_THEM = 'or let .ci/run install and start all of them'

export async function probeServers(): Promise<MissingServers> {
  const [postgres, redis, chromium, python3, openssl, disk] = await Promise.all([
    answers(process.env.TEST_DATABASE_URL ?? 'postgres://127.0.0.1:5432'),
    answers(process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'),
    onPath('chromium'),
    onPath('python3'),
    onPath('openssl'),
    mountSmallDisk({ megabytes: 1 }),
  ])
  await disk?.[Symbol.asyncDispose]()
  return {
    ...(!postgres && { postgres: `PostgreSQL does not answer: pg_ctlcluster 15 main start, ${ALL_OF_THEM}` }),
    ...(!redis && { redis: `Redis does not answer: redis-server --daemonize yes, ${ALL_OF_THEM}` }),
    ...(!isS3Possible() && {
      s3: `The S3 server's Python packages are missing: apt-get install --no-install-recommends ${s3Packages}, ${ALL_OF_THEM}`,
    }),
    ...(!chromium && { chromium: `There is no chromium: apt-get install chromium, ${ALL_OF_THEM}` }),
    ...(!python3 && { python3: `There is no python3: apt-get install python3, ${ALL_OF_THEM}` }),
    ...(!openssl && { openssl: `There is no openssl: apt-get install openssl, ${ALL_OF_THEM}` }),
    ...(disk === null && {
      'small disk': 'A small disk cannot be mounted: run the tests on Linux as root, or allow sudo without a password',
    }),
  }
}

async function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(2_000) })
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function onPath(command: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const found = await Promise.allSettled(folders.map((folder) => access(join(folder, command))))
  return found.some(({ status }) => status === 'fulfilled')
}
