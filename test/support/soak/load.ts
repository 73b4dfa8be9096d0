import { setTimeout as pause } from 'node:timers/promises'
import type { ApiClient } from '../api-client.ts'
import type { CallbackSink } from '../callback-sink.ts'
import { requests } from '../requests.ts'

const FAULTS: Record<string, string>[] = [
  {},
  { sandbox_scenario: 'webhook_duplicate' },
  {},
  { sandbox_scenario: 'webhook_none' },
  { sandbox_scenario: 'create_late:300' },
  {},
  { sandbox_scenario: 'retrieve_500:1' },
  { sandbox_scenario: 'webhook_forged' },
  {},
  { sandbox_scenario: 'retrieve_truncated' },
  { sandbox_scenario: 'fail_server_error' },
]
const KINDS = ['text', 'image', 'code', 'text', 'research', 'input', 'text'] as const
/** One callback in so many is refused at first. */
const REFUSED_ONE_IN = 10
/** One create in so many is answered by a broken connection, after it was taken. */
const LOST_ONE_IN = 40
/** Callers wait for their answers: a service that is slow is not buried. */
const MOST_AT_ONCE = 20

export interface Load {
  /** Ids of what was acknowledged. */
  submitted: string[]
  /** Submissions and reads that were not answered as they should be. */
  refused: string[]
  /** Ends when what is under way has. */
  stop(): Promise<void>
}

/** A steady mix of jobs and of reads, with faults of OpenAI, of the webhooks and of the callback's receiver. */
export function startLoad({ api, sink, rate }: { api: ApiClient; sink: CallbackSink; rate: number }): Load {
  const load = { submitted: [] as string[], refused: [] as string[] }
  const stopped = new AbortController()
  const running = new Set<Promise<void>>()
  let calls = 0
  sink.answer = () => ((calls += 1) % REFUSED_ONE_IN === 0 ? 503 : 204)

  async function one(number: number): Promise<void> {
    try {
      const { id } = await api.submit(jobOf(number, sink.url))
      load.submitted.push(id)
      await look(api, { id, number })
    } catch (error) {
      load.refused.push(error instanceof Error ? error.message : String(error))
    }
  }

  async function drive(): Promise<void> {
    for (let number = 0; !stopped.signal.aborted; number += 1) {
      if (running.size < MOST_AT_ONCE) {
        const work = one(number).finally(() => running.delete(work))
        running.add(work)
      }
      await pause(1_000 / rate, undefined, { signal: stopped.signal }).catch(() => undefined)
    }
  }

  const driven = drive()
  return {
    ...load,
    async stop() {
      stopped.abort()
      await driven
      await Promise.all(running)
    },
  }
}

function jobOf(number: number, callbackUrl: string): Record<string, unknown> {
  const scenario = number % LOST_ONE_IN === 1 ? { sandbox_scenario: 'create_reset_after' } : (FAULTS[number % FAULTS.length] ?? {})
  const metadata = { sandbox_seed: String(number), ...scenario }
  const kind = KINDS[number % KINDS.length] ?? 'text'
  const request = kind === 'input' ? withPicture(number, metadata) : requests[kind](metadata)
  return { request, callback_url: callbackUrl, labels: { kind, batch: String(number % 5) } }
}

function withPicture(number: number, metadata: Record<string, string>): object {
  const image_url = `data:image/png;base64,${Buffer.alloc(200_000, `picture ${number}`).toString('base64')}`
  return { ...requests.text(metadata), input: [{ role: 'user', content: [{ type: 'input_image', image_url }] }] }
}

/** What a caller does beside submitting: lists, searches, looks, fetches files, or gives up. */
async function look(api: ApiClient, { id, number }: { id: string; number: number }): Promise<void> {
  const [path, method] = [
    [`/v1/jobs/${id}`, 'GET'],
    ['/v1/jobs?limit=50', 'GET'],
    [`/v1/jobs/${id}/events`, 'GET'],
    ['/v1/jobs?q=power&limit=10', 'GET'],
    ['/v1/usage', 'GET'],
    [`/v1/jobs/${id}/cancel`, 'POST'],
  ][number % 6] as [string, string]
  const { status } = await api.call(path, { method })
  if (status !== 200) throw new Error(`${method} ${path} answered ${status}`)
  if (number % 10 === 0) await fetchFiles(api)
}

async function fetchFiles(api: ApiClient): Promise<void> {
  const { body } = await api.call('/v1/artifacts?limit=3')
  for (const { id, status } of body.data) if (status === 'stored') await api.bytes(`/v1/artifacts/${id}/content`)
}
