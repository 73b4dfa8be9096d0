import { jobError } from './classify-refusal.ts'
import type { CallbackType, Endpoint } from './callback-model.ts'
import { callbackPayload, endpointPayload } from './callback-payload.ts'
import type { Context } from './context.ts'
import type { EventType, JobStatus } from './job-status.ts'
import { isFinal } from './job-status.ts'
import type { Artifact, Job } from './model.ts'

/** Where the job of the example stands as it is told, and which of its events that is. */
const MOMENTS: Record<EventType, { status: JobStatus; seq: number }> = {
  'job.queued': { status: 'queued', seq: 1 },
  'job.submitted': { status: 'queued', seq: 2 },
  'job.in_progress': { status: 'in_progress', seq: 3 },
  'job.progress': { status: 'in_progress', seq: 4 },
  'job.requires_action': { status: 'requires_action', seq: 5 },
  'artifact.stored': { status: 'in_progress', seq: 5 },
  'artifact.failed': { status: 'in_progress', seq: 5 },
  'job.completed': { status: 'completed', seq: 6 },
  'job.incomplete': { status: 'incomplete', seq: 6 },
  'job.failed': { status: 'failed', seq: 5 },
  'job.cancelled': { status: 'cancelled', seq: 5 },
}

/** Whose artifact is told with it. */
const WITH_ARTIFACT: readonly EventType[] = ['artifact.stored', 'artifact.failed', 'job.completed', 'job.incomplete']

export interface ExampleCallback {
  payload: string
  seq: number
}

/** What an endpoint would get for this type, of a job that never was: built as real ones are, and marked `test`. */
export function exampleCallback(app: Context, { type, endpoint }: { type: CallbackType; endpoint: Endpoint }): ExampleCallback {
  const at = app.clock.now()
  const { publicUrl } = app
  if (type === 'endpoint.disabled') {
    const disabled = { ...endpoint, disabledAt: endpoint.disabledAt ?? at, disabledReason: endpoint.disabledReason ?? 'failing' }
    return { payload: endpointPayload({ endpoint: disabled, at, publicUrl, test: true }), seq: 0 }
  }
  const { seq } = MOMENTS[type]
  const job = exampleJob(app, { type, endpoint })
  const event = { id: app.ids.derive('evt', job.id, type), jobId: job.id, seq, type, data: {}, createdAt: at }
  const artifacts = WITH_ARTIFACT.includes(type) ? [exampleArtifact(app, { job, failed: type === 'artifact.failed' })] : []
  return { payload: callbackPayload({ job, event, artifacts, publicUrl, test: true }), seq }
}

function exampleJob(app: Context, { type, endpoint }: { type: EventType; endpoint: Endpoint }): Job {
  const { status } = MOMENTS[type]
  const at = app.clock.now()
  const id = app.ids.next('job')
  const sent = status !== 'queued'
  return {
    id,
    tenantId: endpoint.tenantId,
    keyId: null,
    account: 'default',
    status,
    model: 'gpt-5.5',
    labels: { team: 'growth', ...endpoint.labels },
    metadata: { order: '4711' },
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
    responseId: sent ? `resp_${id.slice('job_'.length)}` : null,
    progress: null,
    error: status === 'failed' ? jobError('upstream_error', { message: 'OpenAI had a fault of its own.' }) : null,
    incompleteDetails: null,
    refusal: null,
    requiredAction: null,
    actionTimeoutSeconds: 86_400,
    actionDueAt: null,
    costMicroUsd: null,
    cancelRequestedAt: null,
    createdAt: at,
    startedAt: sent ? at : null,
    finishedAt: isFinal(status) ? at : null,
  }
}

function exampleArtifact(app: Context, { job, failed }: { job: Job; failed: boolean }): Artifact {
  return {
    id: app.ids.derive('art', job.id, 'example'),
    tenantId: job.tenantId,
    jobId: job.id,
    turnId: app.ids.derive('turn', job.id, 'example'),
    kind: 'image',
    status: failed ? 'failed' : 'stored',
    objectKey: null,
    filename: 'lighthouse.png',
    contentType: 'image/png',
    bytes: failed ? null : 1_482_113,
    sha256: null,
    width: 1_024,
    height: 1_024,
    itemId: null,
    itemType: 'image_generation_call',
    containerId: null,
    fileId: null,
    path: null,
    prefix: '',
    revisedPrompt: null,
    params: {},
    error: null,
    createdAt: job.createdAt,
  }
}
