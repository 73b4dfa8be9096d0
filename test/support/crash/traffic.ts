import { setTimeout as pause } from 'node:timers/promises'
import type { Body, Reply } from '../api-client.ts'
import type { CallbackSink, ReceivedCallback } from '../callback-sink.ts'
import { TEST_KEY } from '../start-app.ts'
import type { PlannedJob } from './job-mix.ts'

const RETRY_MS = 100
const PATIENCE_MS = 30_000
/** One callback in so many is refused at first, so that it is sent again. */
const REFUSED_ONE_IN = 12

/** A submission that was acknowledged, as the caller remembers it. */
export interface Accepted {
  planned: PlannedJob
  id: string
  /** The final status that a callback told. */
  told: string | null
  deleted: boolean
}

export interface Traffic {
  accepted: Accepted[]
  /** What a caller would call a broken promise. */
  faults: string[]
  counts: { tries: number; refused: number; repeated: number; callbacks: number }
  /** When something was last acknowledged or told, by the monotonic clock. */
  lastProgress(): number
  /** Submits the job, does to it what is planned, and resolves once a callback has told its end. */
  run(planned: PlannedJob): Promise<void>
  stop(): void
}

type Call = (path: string, init?: { method?: string; body?: unknown; headers?: Record<string, string> }) => Promise<Reply | null>

/** A caller who repeats whatever got no answer, as the documentation tells callers to. */
export function createTraffic({ url, sink }: { url: string; sink: CallbackSink }): Traffic {
  const accepted: Accepted[] = []
  const faults: string[] = []
  const counts = { tries: 0, refused: 0, repeated: 0, callbacks: 0 }
  const stopped = new AbortController()
  const ends = new Map<string, PromiseWithResolvers<string>>()
  const asks = new Map<string, PromiseWithResolvers<void>>()
  const known = new Set<string>()
  let progressAt = performance.now()

  sink.answer = (callback) => {
    counts.callbacks += 1
    progressAt = performance.now()
    const { type, data } = callback.event
    if (isRefused(callback, known)) return 503
    if (type === 'job.requires_action') latch(asks, data.id).resolve()
    else latch(ends, data.id).resolve(data.status)
    return 204
  }

  /** Null when no answer came. */
  const call: Call = async (path, { method = 'GET', body, headers = {} } = {}) => {
    counts.tries += 1
    try {
      const response = await fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${TEST_KEY}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(PATIENCE_MS)]),
      })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.includes('json') === true
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
    } catch {
      return null
    }
  }

  async function until(statuses: readonly number[], ...request: Parameters<Call>): Promise<Reply> {
    for (;;) {
      stopped.signal.throwIfAborted()
      const reply = await call(...request)
      if (reply?.status === 503) counts.refused += 1
      else if (reply !== null && statuses.includes(reply.status)) return reply
      else if (reply !== null)
        throw new Error(`${request[1]?.method ?? 'GET'} ${request[0]} answered ${reply.status}: ${JSON.stringify(reply.body)}`)
      await pause(RETRY_MS, undefined, { signal: stopped.signal })
    }
  }

  async function submit(planned: PlannedJob, more: Record<string, unknown> = {}): Promise<Accepted> {
    const init = { method: 'POST', body: { ...planned.body, ...more }, headers: { 'idempotency-key': planned.key } }
    const { id }: Body = (await until([200, 202], '/v1/jobs', init)).body
    progressAt = performance.now()
    const entry = { planned, id, told: null, deleted: false }
    accepted.push(entry)
    if (planned.resubmitted) {
      await pause(planned.deedAfterMs, undefined, { signal: stopped.signal })
      const again = await until([200, 202], '/v1/jobs', init)
      counts.repeated += 1
      if (again.body.id !== id) faults.push(`${id}: the same submission sent again made another job, ${again.body.id}`)
    }
    return entry
  }

  const deeds: Record<PlannedJob['deed'], (entry: Accepted) => Promise<void>> = {
    none: async () => undefined,
    async act({ id }) {
      const outcome = await Promise.race([latch(asks, id).promise.then(() => 'asked'), latch(ends, id).promise])
      if (outcome !== 'asked') return // it ended without asking: its create was never taken
      const job: Body = (await until([200], `/v1/jobs/${id}`)).body
      if (job.required_action === null) return
      const outputs = job.required_action.outputs.map(({ call_id }: Body) => ({ call_id, output: `for ${call_id}` }))
      const approvals = job.required_action.approvals.map(({ approval_request_id }: Body) => ({ approval_request_id, approve: true }))
      await until([202], `/v1/jobs/${id}/actions`, { method: 'POST', body: { outputs, approvals } })
    },
    async cancel({ id, planned }) {
      await pause(planned.deedAfterMs, undefined, { signal: stopped.signal })
      await until([200], `/v1/jobs/${id}/cancel`, { method: 'POST' })
    },
    async follow_up({ id, planned }) {
      if ((await latch(ends, id).promise) !== 'completed') return
      const next = await submit({ ...planned, key: `${planned.key}-next`, deed: 'none' }, { previous_job_id: id })
      next.told = await latch(ends, next.id).promise
    },
    async delete(entry) {
      await latch(ends, entry.id).promise
      await until([204, 404], `/v1/jobs/${entry.id}`, { method: 'DELETE' })
      entry.deleted = true
    },
  }

  return {
    accepted,
    faults,
    counts,
    lastProgress: () => progressAt,
    async run(planned) {
      try {
        const entry = await submit(planned)
        await deeds[planned.deed](entry)
        entry.told = await latch(ends, entry.id).promise
      } catch (error) {
        if (!stopped.signal.aborted) faults.push(`${planned.key}: ${error instanceof Error ? error.message : String(error)}`)
      }
    },
    stop() {
      stopped.abort()
      for (const waiting of [...ends.values(), ...asks.values()]) waiting.reject(stopped.signal.reason)
    },
  }
}

function latch<T>(all: Map<string, PromiseWithResolvers<T>>, id: string): PromiseWithResolvers<T> {
  const found = all.get(id)
  if (found !== undefined) return found
  const made = Promise.withResolvers<T>()
  made.promise.catch(() => undefined) // who waits for it, if anyone does, is told
  all.set(id, made)
  return made
}

/** The first time alone: whether is told by the id, so that chance has no hand in it. */
function isRefused({ headers }: ReceivedCallback, known: Set<string>): boolean {
  const id = String(headers['webhook-id'])
  if (known.has(id)) return false
  known.add(id)
  return Buffer.from(id).reduce((sum, byte) => sum + byte, 0) % REFUSED_ONE_IN === 0
}
