import { openDatabase } from '../../src/db/index.ts'
import { type Limits, openQueue, type QueueEngine } from '../../src/queue/index.ts'
import { keptLog, type LogLine } from './queue-kit.ts'

/** Where a queue lives, in a form that can be handed to another process. */
export type QueuePlace = { redisUrl: string; prefix?: string } | { databaseUrl: string } | { dataDir: string }

export interface OpenOptions {
  limits?: Limits
  lockSeconds?: number
  lines?: LogLine[]
}

/** An engine at the place, with what it stands on; both are closed together. */
export async function openAt(place: QueuePlace, { limits = {}, lockSeconds = 30, lines = [] }: OpenOptions = {}): Promise<QueueEngine> {
  const common = { limits, lockSeconds, log: keptLog(lines) }
  if ('redisUrl' in place) return openQueue({ ...place, ...common })
  const database = await openDatabase('databaseUrl' in place ? { url: place.databaseUrl } : place)
  const engine = await openQueue({ pool: database.queuePool, ...common })
  const close = async (): Promise<void> => {
    await engine.close()
    await database[Symbol.asyncDispose]()
  }
  return { ...engine, close, [Symbol.asyncDispose]: close }
}
