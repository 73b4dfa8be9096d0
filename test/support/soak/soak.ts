import { setTimeout as pause } from 'node:timers/promises'
import { judge } from './judge.ts'
import type { Limit, Sample, Trend } from './judge.ts'
import { startLoad } from './load.ts'
import { measure } from './measure.ts'
import { startWorld } from './world.ts'
import type { SoakSetup, SoakWorld } from './world.ts'

export interface SoakOptions {
  on: SoakSetup
  seconds: number
  /** Submissions a second; reads come on top. */
  rate: number
  sampleSeconds: number
  /** Told once for each sample. */
  tell?: (sample: Sample & { submitted: number }) => void
}

export interface SoakReport {
  submitted: number
  /** By final status. */
  ended: Record<string, number>
  /** Acknowledged and not final some time after the load ended. */
  lost: string[]
  /** Created at OpenAI more than once. */
  doubled: string[]
  /** Finished, without the callback that was asked for. */
  uncalled: string[]
  refused: string[]
  trends: Trend[]
}

const FINAL = new Set(['completed', 'incomplete', 'failed', 'cancelled'])
/** What is unconfirmed fails after twenty; the rest is callbacks and a loaded machine. */
const DRAIN_SECONDS = 90
/** Heaps and pools fill first. */
const WARM_UP = 0.25
const LIMITS: [RegExp, Limit][] = [
  [/rss_mb$/, { perHour: 100, noise: 24 }],
  [/heap_mb$/, { perHour: 60, noise: 24 }],
  [/^oldest/, { perHour: 60, noise: 30 }],
  [/./, { perHour: 12, noise: 12 }],
]

/** Keeps a service under a steady load and says whether it stays as it was. */
export async function runSoak({ on, seconds, rate, sampleSeconds, tell }: SoakOptions): Promise<SoakReport> {
  await using world = await startWorld(on)
  const load = startLoad({ api: world.api, sink: world.sink, rate })
  const samples: Sample[] = []
  const started = performance.now()
  for (let at = 0; at < seconds;) {
    await pause(sampleSeconds * 1_000)
    at = (performance.now() - started) / 1_000
    try {
      const sample = { atSeconds: at, values: await measure(world) }
      samples.push(sample)
      tell?.({ ...sample, submitted: load.submitted.length })
    } catch (error) {
      load.refused.push(`not measured at ${Math.round(at)} s: ${String(error)}`)
    }
  }
  await load.stop()
  const trends = judge(samples, { warmUpSeconds: seconds * WARM_UP, limitOf })
  return { submitted: load.submitted.length, refused: load.refused, trends, ...(await settle(world, load.submitted)) }
}

export function isFine({ lost, doubled, uncalled, refused, trends }: SoakReport): boolean {
  return [lost, doubled, uncalled, refused].every((faults) => faults.length === 0) && trends.every(({ flat }) => flat)
}

function limitOf(name: string): Limit {
  return LIMITS.find(([pattern]) => pattern.test(name))?.[1] ?? { perHour: 0, noise: 0 }
}

async function settle(world: SoakWorld, ids: string[]): Promise<Pick<SoakReport, 'ended' | 'lost' | 'doubled' | 'uncalled'>> {
  const statuses = new Map<string, string>()
  const deadline = performance.now() + DRAIN_SECONDS * 1_000
  let open = ids
  let uncalled = ids
  while (performance.now() < deadline && open.length + uncalled.length > 0) {
    for (const id of open) statuses.set(id, (await world.api.call(`/v1/jobs/${id}`)).body.status)
    open = open.filter((id) => !FINAL.has(statuses.get(id) ?? ''))
    const called = new Set(world.sink.received.map(({ event }) => event.data.id))
    uncalled = ids.filter((id) => !called.has(id))
    if (open.length + uncalled.length > 0) await pause(1_000)
  }
  const ended = Object.groupBy(ids, (id) => statuses.get(id) ?? 'unknown')
  return {
    ended: Object.fromEntries(Object.entries(ended).map(([status, those]) => [status, those?.length ?? 0])),
    lost: open,
    doubled: ids.filter((id) => world.sandbox.state.createsFor(id) > 1),
    uncalled,
  }
}
