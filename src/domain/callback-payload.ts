import type { CallbackType, Endpoint } from './callback-model.ts'
import { jobUrls } from './job-urls.ts'
import type { Artifact, Job, JobEvent, JsonObject } from './model.ts'

const MAX_BYTES = 20_000
const MAX_MESSAGE = 1_000

interface Cut {
  artifacts: number
  valueLength: number
}

/** Tried in turn until the body fits: long values go first, then artifacts. */
const CUTS: Cut[] = [
  { artifacts: 50, valueLength: Infinity },
  { artifacts: 50, valueLength: 64 },
  { artifacts: 20, valueLength: 16 },
  { artifacts: 0, valueLength: -1 },
]

interface Told {
  job: Job
  event: JobEvent
  artifacts: Artifact[]
  publicUrl: string
  /** Asked for to try an endpoint out: of no real job. */
  test?: boolean
}

/** The thin body of a callback, always under 20 kB; where something was left out it says `truncated`. */
export function callbackPayload(told: Told): string {
  let text = ''
  for (const cut of CUTS) {
    text = build(told, cut)
    if (Buffer.byteLength(text) < MAX_BYTES) return text
  }
  return text
}

/** Of an endpoint itself: told to the others. */
export function endpointPayload({ endpoint, at, publicUrl, test = false }: ToldOfEndpoint): string {
  const data: JsonObject = {
    id: endpoint.id,
    object: 'endpoint',
    url: endpoint.url,
    disabled_at: endpoint.disabledAt?.toISOString() ?? null,
    disabled_reason: endpoint.disabledReason,
    urls: { self: `${publicUrl}/v1/endpoints/${endpoint.id}` },
    ...(test && { test }),
  }
  return JSON.stringify({ type: 'endpoint.disabled' satisfies CallbackType, timestamp: at.toISOString(), data })
}

interface ToldOfEndpoint {
  endpoint: Pick<Endpoint, 'id' | 'url' | 'disabledAt' | 'disabledReason'>
  at: Date
  publicUrl: string
  test?: boolean
}

function build({ job, event, artifacts, publicUrl, test }: Told, cut: Cut): string {
  const labels = keepShort(job.labels, cut.valueLength)
  const metadata = keepShort(job.metadata, cut.valueLength)
  const shown = artifacts.slice(0, cut.artifacts)
  const truncated = shown.length < artifacts.length || labels.cut || metadata.cut
  const data: JsonObject = {
    id: job.id,
    object: 'job',
    status: job.status,
    seq: event.seq,
    response_id: job.responseId,
    labels: labels.kept,
    metadata: metadata.kept,
    error: job.error && { code: job.error.code, message: job.error.message.slice(0, MAX_MESSAGE), retryable: job.error.retryable },
    artifacts: shown.map(({ id, kind, contentType }) => ({ id, kind, content_type: contentType })),
    urls: { ...jobUrls(publicUrl, job) },
    ...(truncated && { truncated: true }),
    ...(test && { test }),
  }
  return JSON.stringify({ type: event.type, timestamp: event.createdAt.toISOString(), data })
}

function keepShort(values: Record<string, string>, length: number): { kept: Record<string, string>; cut: boolean } {
  const all = Object.entries(values)
  const kept = all.filter(([, value]) => value.length <= length)
  return { kept: Object.fromEntries(kept), cut: kept.length < all.length }
}
