import type { SandboxState } from '../../../src/sandbox/index.ts'
import type { CallbackSink } from '../callback-sink.ts'
import type { Kind } from './job-mix.ts'
import type { Remains } from './read-remains.ts'
import { losesFiles, staysSilent } from './scenario-pool.ts'
import type { Accepted } from './traffic.ts'

export interface AuditCounts {
  jobs: number
  final: Record<string, number>
  creates: number
  /** Responses made twice for one turn. */
  doubled: number
  /** Accepted submissions that are gone or not final, and responses that nobody fetched. */
  lost: number
  /** Ended as `submit_unconfirmed`: OpenAI never had their create, or had no webhook to tell of it. */
  unconfirmed: number
  artifacts: number
  callbacks: number
  /** Webhooks that OpenAI saw acknowledged. */
  webhooks: number
  /** Objects of submissions that died before their commit, for the upkeep to take away. */
  leftovers: number
}

export interface Audit {
  counts: AuditCounts
  faults: string[]
}

interface Evidence {
  accepted: readonly Accepted[]
  remains: Remains
  sandbox: SandboxState
  sink: CallbackSink
}

/** From an acknowledged webhook to its response being followed, with looks that fail in between. */
const HEARD_MS = 12_000
const FINAL = ['completed', 'incomplete', 'failed', 'cancelled']
/** These must come to an answer, whatever is killed, unless nobody can know of their create. */
const COMPLETING: readonly Kind[] = ['text', 'image', 'code', 'report', 'input', 'hung', 'unsure', 'action', 'follow_up', 'deleted']

/** Holds what was promised against what is there. */
export function audit(evidence: Evidence): Audit {
  const { accepted, remains, sandbox } = evidence
  const counts: AuditCounts = {
    jobs: accepted.length,
    final: {},
    creates: accepted.reduce((sum, { id }) => sum + sandbox.createsFor(id), 0),
    doubled: 0,
    lost: 0,
    unconfirmed: 0,
    artifacts: 0,
    callbacks: 0,
    webhooks: 0,
    leftovers: 0,
  }
  const faults = [
    ...auditJobs(evidence, counts),
    ...auditArtifacts(evidence, counts),
    ...auditCallbacks(evidence, counts),
    ...auditWebhooks(evidence, counts),
    ...auditObjects(remains, counts),
    ...remains.stuck.map((what) => `stuck: ${what}`),
  ]
  return { counts, faults }
}

function* auditJobs({ accepted, remains, sandbox }: Evidence, counts: AuditCounts): Generator<string> {
  const known = new Set(accepted.map(({ id }) => id))
  if (known.size !== accepted.length) yield 'two submissions were acknowledged with one id'
  for (const id of remains.jobs.keys()) if (!known.has(id)) yield `${id} is there and was never acknowledged: a submission made two jobs`
  for (const { id, planned, deleted } of accepted) {
    const job = remains.jobs.get(id)
    const turns = remains.turns.filter(({ jobId }) => jobId === id)
    const creates = sandbox.createsFor(id)
    const what = `${id} (${planned.kind} ${planned.scenarios.join()})`
    if (deleted) {
      if (creates > 1) counts.doubled += creates - 1
      if (creates > 1) yield `${what} was created ${creates} times`
      if (job !== undefined && !job.deleted) yield `${what} was deleted and is there still`
      continue
    }
    if (job === undefined || !FINAL.includes(job.status)) {
      counts.lost += 1
      yield `${what} was acknowledged and is ${job?.status ?? 'gone'}`
      continue
    }
    counts.final[job.status] = (counts.final[job.status] ?? 0) + 1
    if (creates > turns.length) {
      counts.doubled += creates - turns.length
      yield `${what} was created ${creates} times in ${turns.length} turns`
    }
    const followed = turns.filter(({ responseId }) => responseId !== null).length
    if (job.code === 'submit_unconfirmed') {
      counts.unconfirmed += 1
      if (creates === followed || staysSilent(planned.scenarios) || !wasTold(sandbox, { id, finishedAt: job.finishedAt })) continue
      counts.lost += 1
      yield `${what} was given up as unconfirmed, and OpenAI had taken it`
    } else if (COMPLETING.includes(planned.kind) && job.status !== 'completed') {
      yield `${what} came to ${job.status} ${job.code ?? ''}`
    }
    if (job.status === 'completed' && creates !== turns.length)
      yield `${what} is completed, with ${creates} creates in ${turns.length} turns`
  }
}

/** Whether a webhook of the job's response was acknowledged well before the job was given up; a starved machine may take none for long. */
function wasTold({ responses, deliveries }: SandboxState, { id, finishedAt }: { id: string; finishedAt: Date | null }): boolean {
  const made = new Set([...responses.values()].flatMap((one) => (one.request.metadata.longhaul_job === id ? [one.id] : [])))
  const latest = new Date(finishedAt ?? 0).getTime() - HEARD_MS
  return deliveries.some(({ status, responseId, at }) => status === 200 && made.has(responseId ?? '') && at < latest)
}

function* auditArtifacts({ accepted, remains, sandbox }: Evidence, counts: AuditCounts): Generator<string> {
  const byJob = Map.groupBy(remains.artifacts, ({ jobId }) => jobId)
  for (const { id, planned } of accepted) {
    const stored = (byJob.get(id) ?? []).filter(({ status, objectKey }) => status === 'stored' && objectKey !== null)
    const responses = remains.turns.flatMap(({ jobId, responseId }) => (jobId === id && responseId !== null ? [responseId] : []))
    const truth = responses.flatMap((responseId) => sandbox.artifacts.get(responseId) ?? [])
    const made = new Set(truth.map(({ sha256 }) => sha256))
    for (const { id: artifactId, kind, objectKey, sha256, bytes } of stored) {
      counts.artifacts += 1
      const object = remains.objects.get(objectKey ?? '')
      if (object === undefined) yield `${artifactId} of ${id} is stored and its object is gone`
      else if (object.sha256 !== sha256 || object.bytes !== bytes) yield `${artifactId} of ${id} has other bytes than its row says`
      if (kind !== 'input' && kind !== 'preview' && !made.has(sha256 ?? '')) yield `${artifactId} of ${id} has bytes that OpenAI never made`
    }
    if (remains.jobs.get(id)?.status !== 'completed' || losesFiles(planned.scenarios)) continue
    const kept = new Set(stored.map(({ sha256 }) => sha256))
    for (const { kind, filename, sha256 } of truth) if (!kept.has(sha256)) yield `${kind} ${filename ?? ''} of ${id} was not kept`
  }
}

function* auditCallbacks({ accepted, remains, sink }: Evidence, counts: AuditCounts): Generator<string> {
  counts.callbacks = sink.received.length
  const idsByEvent = new Map<string, Set<string>>()
  for (const { headers, event } of sink.received) {
    const key = `${event.type} ${event.data.seq} of ${event.data.id}`
    idsByEvent.set(key, (idsByEvent.get(key) ?? new Set()).add(String(headers['webhook-id'])))
  }
  for (const [key, ids] of idsByEvent) if (ids.size > 1) yield `${key} was called back under ${ids.size} ids`
  const arrived = new Set([...idsByEvent.values()].flatMap((ids) => [...ids]))
  const planned = new Map(remains.deliveries.map((delivery) => [`${delivery.type} ${delivery.seq} of ${delivery.jobId}`, delivery]))
  if (planned.size !== remains.deliveries.length) yield 'an event has two deliveries to one address'
  const deleted = new Set(accepted.flatMap((entry) => (entry.deleted ? [entry.id] : [])))
  for (const { jobId, type, seq } of remains.events) {
    const key = `${type} ${seq} of ${jobId}`
    const delivery = planned.get(key)
    if (deleted.has(jobId)) continue
    if (delivery === undefined) yield `${key} has no callback`
    else if (delivery.state === 'failed') yield `the callback ${key} was given up`
    else if (!arrived.has(delivery.id)) yield `the callback ${key} never arrived; it is ${delivery.state}`
  }
  for (const { id, told } of accepted) if (told === null) yield `no callback told the end of ${id}`
}

/** What was acknowledged is a row; what was not got a 503, or no answer at all. */
function* auditWebhooks({ remains, sandbox }: Evidence, counts: AuditCounts): Generator<string> {
  for (const { webhookId, status, flaw } of sandbox.deliveries) {
    if (status === 200) counts.webhooks += 1
    if (status === 200 && !remains.webhooks.has(webhookId)) yield `the webhook ${webhookId} was acknowledged and is not there`
    if (status !== null && status >= 500 && status !== 503) yield `the webhook ${webhookId} was answered ${status}`
    if (status !== null && status < 500 && status !== 200 && flaw === null) yield `the honest webhook ${webhookId} was answered ${status}`
  }
}

/** Every object has its row; what dies before its row is made is known by a job that never was. */
function* auditObjects({ objects, artifacts, jobs }: Remains, counts: AuditCounts): Generator<string> {
  const named = new Set(artifacts.map(({ objectKey }) => objectKey))
  for (const key of objects.keys()) {
    const [tenant, jobId = ''] = key.split('/')
    if (named.has(key) || !tenant?.startsWith('ten_')) continue
    if (jobs.has(jobId)) yield `the object ${key} of a job that is there has no row`
    else counts.leftovers += 1
  }
}
