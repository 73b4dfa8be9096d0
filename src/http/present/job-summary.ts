import { z } from 'zod'
import { FAILURE_CODES } from '../../domain/failure-codes.ts'
import { EVENT_TYPES, JOB_STATUSES } from '../../domain/job-status.ts'
import { jobUrls } from '../../domain/job-urls.ts'
import { ON_UNCONFIRMED } from '../../domain/model.ts'
import type { Job, JobError, UpstreamError } from '../../domain/model.ts'
import { anyObject, iso, isoOrNull, textMap, time } from './shapes.ts'

export const upstreamErrorSchema = z
  .object({
    status: z.int().nullable(),
    code: z.string().nullable(),
    type: z.string().nullable(),
    param: z.string().nullable(),
    message: z.string(),
    request_id: z.string().nullable(),
  })
  .describe('A fault as OpenAI told it.')

const jobErrorSchema = z.object({
  code: z.enum(FAILURE_CODES),
  message: z.string(),
  retryable: z.boolean().describe('Whether the same request may fare better later.'),
  upstream: upstreamErrorSchema.nullable(),
})

export const jobSummarySchema = z
  .object({
    id: z.string(),
    object: z.literal('job'),
    status: z.enum(JOB_STATUSES).describe('`completed`, `incomplete`, `failed` and `cancelled` are final and never change.'),
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    model: z.string(),
    account: z.string(),
    response_id: z.string().nullable().describe('The id at OpenAI, once it is known.'),
    previous_job_id: z.string().nullable(),
    labels: textMap,
    metadata: textMap,
    priority: z.int(),
    progress: z.object({ stage: z.string(), message: z.string(), updated_at: time }).nullable(),
    required_action: anyObject.nullable().describe('The calls that wait for their outputs, and the approvals that are asked for.'),
    action_due_at: time.nullable().describe('When the job fails unless `required_action` was answered; null: it asks for nothing.'),
    refusal: z.string().nullable().describe('Set when the answer was nothing but a refusal.'),
    error: jobErrorSchema.nullable(),
    incomplete_details: anyObject.nullable(),
    callback_url: z.string().nullable(),
    callback_events: z.array(z.enum(EVENT_TYPES)).nullable().describe('Null: the four final events and `job.requires_action`.'),
    start_after: time.nullable(),
    deadline_at: time.nullable(),
    cancel_requested_at: time.nullable(),
    expires_at: time.nullable().describe('When it will be deleted; null: never, or not known before it is final.'),
    on_unconfirmed: z.enum(ON_UNCONFIRMED),
    user: z.string().nullable(),
    urls: z.object({
      self: z.string(),
      events: z.string(),
      response: z.string(),
      report: z.string(),
      cancel: z.string(),
      actions: z.string().optional().describe('Only while the job requires an action.'),
    }),
  })
  .describe('A job as lists show it.')

export type PublicJobSummary = z.infer<typeof jobSummarySchema>

export function presentJobSummary(job: Job, { publicUrl }: { publicUrl: string }): PublicJobSummary {
  return {
    id: job.id,
    object: 'job',
    status: job.status,
    created_at: iso(job.createdAt),
    started_at: isoOrNull(job.startedAt),
    finished_at: isoOrNull(job.finishedAt),
    model: job.model,
    account: job.account,
    response_id: job.responseId,
    previous_job_id: job.previousJobId,
    labels: job.labels,
    metadata: job.metadata,
    priority: job.priority,
    progress: job.progress && { stage: job.progress.stage, message: job.progress.message, updated_at: job.progress.updatedAt },
    required_action: job.requiredAction,
    action_due_at: isoOrNull(job.actionDueAt),
    refusal: job.refusal,
    error: job.error && presentJobError(job.error),
    incomplete_details: job.incompleteDetails,
    callback_url: job.callbackUrl,
    callback_events: job.callbackEvents,
    start_after: isoOrNull(job.startAfter),
    deadline_at: isoOrNull(job.deadlineAt),
    cancel_requested_at: isoOrNull(job.cancelRequestedAt),
    expires_at: isoOrNull(job.expiresAt),
    on_unconfirmed: job.onUnconfirmed,
    user: job.endUser,
    urls: jobUrls(publicUrl, job),
  }
}

function presentJobError({ code, message, retryable, upstream }: JobError): NonNullable<PublicJobSummary['error']> {
  return { code, message, retryable, upstream: upstream && presentUpstreamError(upstream) }
}

export function presentUpstreamError({ requestId, ...error }: UpstreamError): z.infer<typeof upstreamErrorSchema> {
  return { status: error.status, code: error.code, type: error.type, param: error.param, message: error.message, request_id: requestId }
}
