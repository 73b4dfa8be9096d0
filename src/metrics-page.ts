import type { Context } from './domain/context.ts'
import { OWED_WORK } from './domain/gauge-store.ts'
import type { GaugeSample } from './domain/meter.ts'
import type { Log } from './domain/ports.ts'
import type { QueueEngine } from './queue/index.ts'
import type { Metrics } from './telemetry/index.ts'

/** However often and by however many it is scraped, what the gauges tell is read at most once in this time. */
const FRESH_MS = 5_000
const PATIENCE_MS = 3_000

export type MetricsPage = () => Promise<{ contentType: string; text: string }>

interface Parts {
  context: Pick<Context, 'store' | 'clock' | 'log'>
  queue: Pick<QueueEngine, 'counts'>
  meter: Metrics
  patienceMs?: number
}

/** What `/metrics` answers: this process's counts, and gauges of the whole service read from where the truth is. */
export function createMetricsPage({ context, queue, meter, patienceMs = PATIENCE_MS }: Parts): MetricsPage {
  const sources = [
    createSource('database', { read: (now) => readStore(context, now), log: context.log, patienceMs }),
    createSource('queue', { read: () => readQueue(queue), log: context.log, patienceMs }),
  ]
  let latest: { at: number; samples: Promise<GaugeSample[]> } | null = null
  return async () => {
    const now = context.clock.now()
    if (latest === null || now.getTime() - latest.at > FRESH_MS) {
      latest = { at: now.getTime(), samples: Promise.all(sources.map((ask) => ask(now))).then((samples) => samples.flat()) }
    }
    return { contentType: meter.contentType, text: await meter.expose(await latest.samples) }
  }
}

interface Source {
  read: (now: Date) => Promise<GaugeSample[]>
  log: Log
  patienceMs: number
}

/** One that is away or slow costs its own gauges only, and is not asked again before it has answered. */
function createSource(source: 'database' | 'queue', { read, log, patienceMs }: Source): (now: Date) => Promise<GaugeSample[]> {
  const up = (value: number): GaugeSample => ({ name: 'source_up', labels: { source }, value })
  let open: Promise<GaugeSample[]> | null = null
  return async (now) => {
    if (open !== null) return [up(0)]
    open = read(now).finally(() => {
      open = null
    })
    open.catch(() => undefined) // it may fail after it was waited for
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs)
    })
    try {
      return [...(await Promise.race([open, late])), up(1)]
    } catch (error) {
      log.debug({ error, source }, 'metrics.source_away')
      return [up(0)]
    } finally {
      clearTimeout(timer)
    }
  }
}

async function readStore({ store }: Parts['context'], now: Date): Promise<GaugeSample[]> {
  const seconds = (since: Date | null): number => (since === null ? 0 : Math.max(0, (now.getTime() - since.getTime()) / 1000))
  const [{ counts, since }, holds, owed] = await Promise.all([
    store.gauges.openJobs(now),
    store.gauges.holds(now),
    Promise.all(OWED_WORK.map(async (work) => ({ work, since: await store.gauges.owedSince(work, now) }))),
  ])
  const open = { queued: 0, in_progress: 0, requires_action: 0, ...Object.fromEntries(counts.map(({ status, count }) => [status, count])) }
  return [
    ...Object.entries(open).map(([status, value]) => ({ name: 'jobs_open', labels: { status }, value }) as const),
    { name: 'oldest_job_seconds', labels: {}, value: seconds(since) },
    ...owed.map(({ work, since: due }) => ({ name: 'oldest_owed_seconds', labels: { work }, value: seconds(due) }) as const),
    ...holds.map(({ reason, count }) => ({ name: 'holds_open', labels: { reason }, value: count }) as const),
  ]
}

async function readQueue(queue: Parts['queue']): Promise<GaugeSample[]> {
  const counts = await queue.counts()
  return Object.entries(counts).flatMap(([name, states]) =>
    Object.entries(states).map(([state, value]) => ({ name: 'queue_entries', labels: { name, state }, value: value as number }) as const),
  )
}
