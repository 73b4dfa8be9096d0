import { createRedisBackend } from 'bullmq'
import { Redis, type RedisOptions } from 'ioredis'
import type { Backend } from './backend.ts'
import type { FaultLog } from './fault-log.ts'
import { within } from './within.ts'

const COMMON: RedisOptions = {
  connectTimeout: 5_000,
  keepAlive: 10_000,
  retryStrategy: (times) => Math.min(times * 100, 2_000),
}

export function openRedisBackend({ redisUrl, prefix, fault }: { redisUrl: string; prefix: string; fault: FaultLog }): Backend {
  const producer = new Redis(redisUrl, { ...COMMON, enableOfflineQueue: false, maxRetriesPerRequest: 1 })
  producer.on('error', (error) => fault('redis', error))
  let workers: WorkerConnections | undefined
  return {
    kind: 'redis',
    prefix,
    drainSeconds: 10,
    forBulk: (entries) => entries,
    factory: (name, options, extra) =>
      extra?.withBlockingConnection === true
        ? createRedisBackend(name, { ...options, connection: (workers ??= openWorkerConnections(redisUrl, fault)).main }, extra)
        : // Without the version check nothing is asked at start, so nothing can fail for good then.
          createRedisBackend(name, { ...options, connection: producer, skipVersionCheck: true }, extra),
    check: async () => {
      if (producer.status !== 'ready') throw new Error(`Redis is ${producer.status}`)
      await within(producer.ping(), { ms: 2_000, what: 'Redis' })
    },
    tidy: async () => undefined,
    cut: () => workers?.cut(),
    close: async () => {
      workers?.cut()
      producer.disconnect()
    },
  }
}

interface WorkerConnections {
  main: Redis
  cut(): void
}

/** BullMQ makes a second, blocking connection per worker by `duplicate`: kept in sight here, to be cut with the first. */
function openWorkerConnections(redisUrl: string, fault: FaultLog): WorkerConnections {
  const main = new Redis(redisUrl, { ...COMMON, maxRetriesPerRequest: null })
  const open = new Set([main])
  main.on('error', (error) => fault('redis', error))
  const duplicate = main.duplicate.bind(main)
  main.duplicate = (override?: Partial<RedisOptions>) => {
    const copy = duplicate(override)
    copy.on('error', (error) => fault('redis', error))
    open.add(copy)
    return copy
  }
  return { main, cut: () => open.forEach((connection) => connection.disconnect()) }
}
