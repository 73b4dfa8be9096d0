import { notFound } from '../api-error.ts'
import type { Clock } from '../clock.ts'
import type { StoredResponse } from './stored-response.ts'
import { isFinal } from './wire.ts'

const LIMITS = { kept: 100_000, weight: 512_000_000 }
const DAY_MS = 86_400_000
const UNSTORED_MS = 600_000

export interface ResponseStore {
  readonly all: ReadonlyMap<string, StoredResponse>
  add(response: StoredResponse): void
  find(id: string): StoredResponse | undefined
  /** Throws OpenAI's 404. */
  get(id: string): StoredResponse
  remove(id: string): void
  /** To be told once a response is final: pictures are what fills the memory. */
  weigh(response: StoredResponse): void
}

export function createResponseStore(clock: Clock, limits = LIMITS): ResponseStore {
  const all = new Map<string, StoredResponse>()
  const weights = new Map<string, number>()
  let weight = 0
  const find = (id: string): StoredResponse | undefined => {
    const found = all.get(id)
    if (found?.finalAtMs === undefined) return found
    return clock.nowMs() - found.finalAtMs > keptMs(found) ? undefined : found
  }
  const remove = (id: string): void => {
    all.delete(id)
    weight -= weights.get(id) ?? 0
    weights.delete(id)
  }
  /** The oldest go first, and of them only what is final. */
  const makeRoom = (): void => {
    for (const [id, { body }] of all) {
      if (all.size <= limits.kept && weight <= limits.weight) return
      if (isFinal(body.status)) remove(id)
    }
  }
  return {
    all,
    find,
    add: (response) => {
      all.set(response.id, response)
      makeRoom()
    },
    weigh: (response) => {
      if (weights.has(response.id) || !all.has(response.id)) return
      const own = weightOf(response)
      weights.set(response.id, own)
      weight += own
      makeRoom()
    },
    remove,
    get: (id) => {
      const found = find(id)
      if (found === undefined) throw notFound('Response', id)
      return found
    },
  }
}

/** What is not stored is gone at once, save that a background run must be read somehow. */
function keptMs({ body }: StoredResponse): number {
  if (body.store !== false) return 30 * DAY_MS
  return body.background ? UNSTORED_MS : -1
}

function weightOf({ body }: StoredResponse): number {
  return body.output.reduce((sum, item) => sum + (typeof item.result === 'string' ? item.result.length : 1_000), 0)
}
