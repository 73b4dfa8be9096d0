import type { Delivery, Endpoint } from '../../src/domain/callback-model.ts'
import type { Artifact, InboxEntry, Job, RefusedWebhook, Result, StoredRequest, Tenant, Turn } from '../../src/domain/model.ts'
import type { Store } from '../../src/domain/store.ts'

/** The moment at which everything in these tests was made, unless it says otherwise. */
export const T0 = new Date('2026-03-01T12:00:00.123Z')

export function after(seconds: number): Date {
  return new Date(T0.getTime() + seconds * 1_000)
}

export const REQUEST: StoredRequest = { body: '{"model":"gpt-x","input":"why?"}', sealedSecrets: null }

export function jobRow(change: Partial<Job> = {}): Job {
  return {
    id: 'job_1',
    tenantId: 'ten_1',
    keyId: null,
    account: 'default',
    status: 'queued',
    model: 'gpt-x',
    labels: {},
    metadata: {},
    priority: 0,
    callbackUrl: null,
    callbackEvents: null,
    startAfter: null,
    deadlineAt: null,
    retentionDays: null,
    expiresAt: null,
    previousJobId: null,
    onUnconfirmed: 'wait',
    endUser: null,
    responseId: null,
    progress: null,
    error: null,
    incompleteDetails: null,
    refusal: null,
    requiredAction: null,
    actionTimeoutSeconds: 86_400,
    actionDueAt: null,
    costMicroUsd: null,
    cancelRequestedAt: null,
    createdAt: T0,
    startedAt: null,
    finishedAt: null,
    ...change,
  }
}

export function turnRow(change: Partial<Turn> = {}): Turn {
  return {
    id: 'turn_1',
    jobId: 'job_1',
    tenantId: 'ten_1',
    account: 'default',
    number: 1,
    state: 'ready',
    responseId: null,
    upstreamStatus: null,
    model: null,
    submitAttempts: 0,
    polls: 0,
    dueAt: null,
    claimedUntil: null,
    hintedAt: null,
    missingSince: null,
    lastError: null,
    createdAt: T0,
    submittedAt: null,
    finishedAt: null,
    ...change,
  }
}

export function resultRow(change: Partial<Result> = {}): Result {
  return {
    turnId: 'turn_1',
    jobId: 'job_1',
    body: '{}',
    outputText: '',
    citations: [],
    usage: null,
    outputJson: null,
    items: [],
    createdAt: T0,
    ...change,
  }
}

export function artifactRow(change: Partial<Artifact> = {}): Artifact {
  return {
    id: 'art_1',
    tenantId: 'ten_1',
    jobId: 'job_1',
    turnId: 'turn_1',
    kind: 'image',
    status: 'stored',
    objectKey: 'ten_1/job_1/art_1.png',
    filename: 'image.png',
    contentType: 'image/png',
    bytes: 12,
    sha256: 'aa',
    width: 1,
    height: 1,
    itemId: 'ig_1',
    itemType: 'image_generation_call',
    containerId: null,
    fileId: null,
    path: 'output/0/result',
    prefix: '',
    revisedPrompt: null,
    params: {},
    error: null,
    createdAt: T0,
    ...change,
  }
}

export function inboxRow(change: Partial<InboxEntry> = {}): InboxEntry {
  return {
    id: 'inb_1',
    webhookId: 'wh_1',
    account: 'default',
    body: '{"type":"response.completed"}',
    eventType: 'response.completed',
    responseId: 'resp_1',
    sentAt: T0,
    receivedAt: T0,
    attempts: 0,
    dueAt: T0,
    handledAt: null,
    outcome: null,
    ...change,
  }
}

export function refusedRow(change: Partial<RefusedWebhook> = {}): RefusedWebhook {
  return {
    id: 'inb_r1',
    account: 'default',
    reason: 'signature',
    webhookId: null,
    ageSeconds: null,
    address: null,
    receivedAt: T0,
    ...change,
  }
}

export function deliveryRow(change: Partial<Delivery> = {}): Delivery {
  return {
    id: 'dlv_1',
    tenantId: 'ten_1',
    jobId: 'job_1',
    endpointId: null,
    targetId: 'example.test',
    origin: 'event',
    eventSeq: 1,
    eventType: 'job.completed',
    url: 'https://example.test/hook',
    payload: '{"type":"job.completed"}',
    state: 'pending',
    attempts: 0,
    tries: 0,
    dueAt: T0,
    claimedUntil: null,
    createdAt: T0,
    finishedAt: null,
    endReason: null,
    ...change,
  }
}

export function endpointRow(change: Partial<Endpoint> = {}): Endpoint {
  return {
    id: 'ep_1',
    tenantId: 'ten_1',
    url: 'https://example.test/hook',
    description: '',
    eventTypes: null,
    labels: {},
    sealedHeaders: null,
    ratePerSecond: null,
    signature: 'v1',
    sealedSecrets: 'sealed',
    disabledAt: null,
    disabledReason: null,
    createdAt: T0,
    updatedAt: T0,
    ...change,
  }
}

export function tenantRow(change: Partial<Tenant> = {}): Tenant {
  return { id: 'ten_1', name: 'default', sealedCallbackSecret: 'sealed', sealedRetiringSecrets: null, createdAt: T0, ...change }
}

export async function insertJob(store: Store, change: Partial<Job> = {}): Promise<Job> {
  const job = jobRow(change)
  await store.jobs.insert(job, REQUEST)
  return job
}

/** A turn and the job it belongs to. */
export async function insertTurn(store: Store, change: Partial<Turn> = {}): Promise<Turn> {
  const turn = turnRow(change)
  if ((await store.jobs.get(turn.jobId)) === null) await insertJob(store, { id: turn.jobId, tenantId: turn.tenantId })
  await store.turns.insert(turn)
  return turn
}
