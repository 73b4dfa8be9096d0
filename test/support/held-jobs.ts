import type { Hold } from '../../src/domain/hold-model.ts'
import type { Job, Turn, UpstreamError } from '../../src/domain/model.ts'
import type { CreateOutcome } from '../../src/domain/ports.ts'
import type { Submission } from '../../src/domain/submit-job.ts'
import { sweep } from '../../src/domain/sweep.ts'
import type { World } from './domain-context.ts'
import { upstreamError } from './scripted-openai.ts'

export type Told = Partial<UpstreamError>
export const QUOTA: Told = { status: 429, code: 'insufficient_quota', message: 'no money' }
export const LIMIT: Told = { status: 429, code: 'rate_limit_exceeded' }
export const BAD_KEY: Told = { status: 401, code: 'invalid_api_key' }

export const refused = (change: Told, retryAfterMs: number | null = null): CreateOutcome => ({
  outcome: 'refused',
  error: upstreamError(change),
  retryAfterMs,
})
export const lost: CreateOutcome = { outcome: 'ambiguous', error: upstreamError({ status: 503, message: 'Slow Down' }) }
export const unsent: CreateOutcome = { outcome: 'unsent', error: upstreamError({ code: 'ECONNREFUSED' }) }

export type Made = { job: Job; turn: Turn }

export async function make(w: World, count: number, change: Partial<Submission> = {}): Promise<Made[]> {
  const made: Made[] = []
  for (let n = 0; n < count; n += 1) made.push(await w.submit(change))
  w.queue.clear()
  return made
}

export async function start(w: World, made: Made[]): Promise<string[]> {
  const outcomes: string[] = []
  for (const { turn } of made) outcomes.push(await w.run('submit-job', { turnId: turn.id }))
  return outcomes
}

export async function hold(w: World, model = ''): Promise<Hold | undefined> {
  return (await w.app.store.holds.list()).find((one) => one.model === model)
}

/** Runs what a sweep names, and what that names at once, as workers would; what came of each. */
export async function swept(w: World): Promise<string[]> {
  w.queue.clear()
  await sweep(w.app)
  const outcomes: string[] = []
  for (let entry = w.queue.entries.shift(); entry !== undefined; entry = w.queue.entries.shift()) {
    if (entry.name === 'submit-job' && !entry.delayMs) outcomes.push(await w.run('submit-job', entry.payload))
  }
  return outcomes
}

/** Lets time go by with a sweep every so often; what came of all that ran. */
export async function pass(w: World, { seconds, step }: { seconds: number; step: number }): Promise<string[]> {
  const outcomes: string[] = []
  for (let at = 0; at < seconds; at += step) {
    w.clock.advance(step)
    outcomes.push(...(await swept(w)))
  }
  return outcomes
}

export function answers(w: World, outcome: CreateOutcome): () => void {
  const taken = w.openai.onCreate
  w.openai.onCreate = async () => outcome
  return () => {
    w.openai.onCreate = taken
  }
}
