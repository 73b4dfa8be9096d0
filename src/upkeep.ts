import type { Context } from './domain/context.ts'
import { prune } from './domain/prune.ts'
import { removeOrphans } from './domain/remove-orphans.ts'
import { newSweepMemory, sweep } from './domain/sweep.ts'

const SWEEP_MS = 5_000
const PRUNE_MS = 3_600_000
const TIDY_MS = 600_000
const ORPHANS_MS = 6 * 3_600_000

/** Looks for owed work by the clock, not by the queue: it must go on when the queue forgot everything. */
export function startUpkeep(app: Context, { tidy }: { tidy: () => Promise<void> }): AsyncDisposable {
  const memory = newSweepMemory(app)
  const stops = [
    repeat(app, { name: 'sweep', everyMs: SWEEP_MS, work: () => sweep(app, memory), soon: true }),
    repeat(app, { name: 'prune', everyMs: PRUNE_MS, work: () => prune(app), soon: true }),
    repeat(app, { name: 'orphans', everyMs: ORPHANS_MS, work: () => removeOrphans(app), soon: true }),
    repeat(app, { name: 'tidy', everyMs: TIDY_MS, work: tidy, soon: false }),
  ]
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}

function repeat(
  app: Context,
  { name, everyMs, work, soon }: { name: string; everyMs: number; work: () => Promise<unknown>; soon: boolean },
): () => Promise<void> {
  let running: Promise<void> | null = null
  const once = (): void => {
    running ??= run().finally(() => {
      running = null
    })
  }
  const run = async (): Promise<void> => {
    try {
      await work()
    } catch (error) {
      app.log.warn({ error }, `${name}.failed`)
    }
  }
  if (soon) once()
  const stop = app.clock.every(everyMs, once)
  return async () => {
    stop()
    await running
  }
}
