import type { Context } from './domain/context.ts'
import { StorageFullError } from './domain/errors.ts'
import { findHolds } from './domain/find-holds.ts'
import type { PartState, ReadyReport } from './http/index.ts'
import type { QueueEngine } from './queue/index.ts'

const FRESH_MS = 2_000
const PATIENCE_MS = 3_000
const MOST_HOLDS = 100

/** Asks each part, at most once in a while however often it is asked itself. */
export function createReadiness({ context, queue }: { context: Context; queue: QueueEngine }): () => Promise<ReadyReport> {
  let latest: { at: number; report: Promise<ReadyReport> } | null = null
  return () => {
    const now = context.clock.now().getTime()
    if (latest === null || now - latest.at > FRESH_MS) latest = { at: now, report: ask({ context, queue }) }
    return latest.report
  }
}

async function ask({ context, queue }: { context: Context; queue: QueueEngine }): Promise<ReadyReport> {
  let holds: ReadyReport['holds'] = []
  const [database, storage, waiting] = await Promise.all([
    probe(() => context.store.check()),
    probe(() => context.objects.check()),
    probe(() => queue.check()),
    probe(async () => {
      holds = await findHolds(context, { limit: MOST_HOLDS })
    }),
  ])
  const named = { database, queue: waiting, storage }
  const faults = Object.entries(named).flatMap(([name, fault]) => (fault === null ? [] : [[name, fault.message]]))
  return {
    ready: database === null && storage === null,
    parts: { database: stateOf(database), queue: stateOf(waiting), storage: stateOf(storage) },
    faults: Object.fromEntries(faults),
    holds,
  }
}

function stateOf(fault: Error | null): PartState {
  if (fault === null) return 'ok'
  return fault instanceof StorageFullError ? 'full' : 'away'
}

/** What is wrong with a part, or null. */
async function probe(check: () => Promise<void>): Promise<Error | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS)
  })
  try {
    await Promise.race([check(), late])
    return null
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    clearTimeout(timer)
  }
}
