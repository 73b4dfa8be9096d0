import { z } from 'zod'
import type { Context } from '../../domain/context.ts'
import { AppError } from '../../domain/errors.ts'
import { viewJob } from '../../domain/find-jobs.ts'
import { isFinal } from '../../domain/job-status.ts'
import type { Job } from '../../domain/model.ts'
import { submitJob } from '../../domain/submit-job.ts'
import type { SubmitOutcome } from '../../domain/submit-job.ts'
import { waitForJob } from '../../domain/wait-for-job.ts'
import { jsonAnswer } from '../answer.ts'
import { canonicalJson } from '../canonical-json.ts'
import { jobSchema, presentJob } from '../present/job.ts'
import { defineRoute } from '../route.ts'
import { submissionSchema } from './job-submission.ts'
import { waitSeconds } from './prefer.ts'
import { readSubmission } from './read-submission.ts'

export const submitJobRoute = defineRoute({
  method: 'post',
  path: '/v1/jobs',
  operation: 'submitJob',
  tag: 'Jobs',
  access: 'key',
  summary: 'Submit a job',
  description:
    'Once this answers, the job survives the end of any process. Repeating it with the same `Idempotency-Key` gives the same job; without a key it makes another.',
  headers: z.object({
    'idempotency-key': z
      .string()
      .regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters')
      .optional()
      .meta({ description: 'The same key and body give the same job again, for 24 hours at least.' }),
    prefer: z
      .string()
      .optional()
      .meta({ description: '`wait=N`: hold the reply for up to N seconds (1 to 60) until the job ends or wants something.' }),
  }),
  body: submissionSchema,
  exampleBody: {
    request: { model: 'gpt-5.5', input: 'Draw a lighthouse at dusk.', tools: [{ type: 'image_generation' }] },
    labels: { team: 'growth' },
    callback_url: 'https://example.com/hooks/longhaul',
  },
  replies: {
    200: {
      description: 'The job ended within the time waited for, or was submitted before with this `Idempotency-Key`.',
      schema: jobSchema,
      headers: { 'Idempotent-Replayed': '`true` where the job was there already.' },
    },
    202: { description: 'The job.', schema: jobSchema, headers: { Location: 'The job’s address.' } },
  },
  faults: {
    404: 'There is no job `previous_job_id`.',
    409: 'The key was used with another body, or the job to follow up on is not final or has no response.',
    422: 'OpenAI would refuse the request.',
    507: 'The request brings inputs along, and the object store has no room for them.',
  },
  async handler({ app, deps, principal, body, rawBody, headers, signal: gone }) {
    const seconds = waitSeconds(headers.prefer)
    const submission = readSubmission(app, { body, deps })
    const key = headers['idempotency-key']
    const idempotency = key === undefined ? null : { key, bodyHash: app.digest.sha256(canonicalJson(rawBody)) }
    const { job, replayed } = accepted(await submitJob(app, { principal, submission, idempotency }))
    const shown = seconds === null ? job : await settled(app, { job, seconds, signal: AbortSignal.any([gone, deps.stopping]) })
    const settledInTime = seconds !== null && (isFinal(shown.status) || shown.status === 'requires_action')
    const shownJob = presentJob(await viewJob(app, shown), app)
    return jsonAnswer(replayed || settledInTime ? 200 : 202, shownJob, {
      location: shownJob.urls.self,
      ...(replayed && { 'idempotent-replayed': 'true' }),
      ...(seconds !== null && { 'preference-applied': `wait=${seconds}` }),
    })
  },
})

/** Deleted while it was waited for: the caller still gets what was acknowledged. */
async function settled(app: Context, { job, seconds, signal }: { job: Job; seconds: number; signal: AbortSignal }): Promise<Job> {
  return (await waitForJob(app, { id: job.id, tenantId: job.tenantId, seconds, signal })) ?? job
}

function accepted(submitted: SubmitOutcome): { job: Job; replayed: boolean } {
  switch (submitted.outcome) {
    case 'created':
      return { job: submitted.job, replayed: false }
    case 'replayed':
      return { job: submitted.job, replayed: true }
    case 'key_reused':
      throw refused('idempotency_key_reused', 'This Idempotency-Key was used with another body: use a new key for a new request.')
    case 'job_deleted':
      throw refused('job_deleted', 'The job that this Idempotency-Key made was deleted: use a new key to make another.')
    case 'parent_unknown': {
      const details = [{ field: 'previous_job_id', message: 'names no job' }]
      throw new AppError('not_found', { status: 404, message: 'There is no job to follow up on under previous_job_id.', details })
    }
    case 'parent_of_other_account':
      throw refused(
        'parent_of_other_account',
        `The job to follow up on ran in the account ${submitted.parent.account}, and its response is known there alone: follow up on it in that account.`,
      )
    case 'parent_not_final':
      throw refused('parent_not_final', `The job to follow up on is ${submitted.parent.status}: wait until it is final.`)
    case 'parent_without_response':
      throw refused(
        'parent_without_response',
        `The job to follow up on ended ${submitted.parent.status} without a response: there is nothing to follow up on.`,
      )
    default:
      return submitted satisfies never
  }
}

function refused(code: string, message: string): AppError {
  return new AppError(code, { status: 409, message })
}
