import type { Context } from './domain/context.ts'
import type { PartState, ReadyReport } from './http/index.ts'
import type { QueueEngine } from './queue/index.ts'

const FRESH_MS = 2_000
const PATIENCE_MS = 3_000

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
  const [database, storage, queueState] = await Promise.all([
    probe(() => context.store.check()),
    probe(() => context.objects.check()),
    probe(() => queue.check()),
  ])
  const faults = {
    ...(database !== null && { database }),
    ...(storage !== null && { storage }),
    ...(queueState !== null && { queue: queueState }),
  }
  const state = (fault: string | null): PartState => (fault === null ? 'ok' : 'away')
  return {
    ready: database === null && storage === null,
    parts: { database: state(database), queue: state(queueState), storage: state(storage) },
    faults,
  }
}

/** What is wrong with a part, or null. */
async function probe(check: () => Promise<void>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS)
  })
  try {
    await Promise.race([check(), late])
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    clearTimeout(timer)
  }
}
