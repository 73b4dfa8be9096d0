import type { Context } from '../../domain/context.ts'
import { AppError } from '../../domain/errors.ts'
import type { ErrorDetail } from '../../domain/errors.ts'
import { DEFAULT_ACCOUNT } from '../../domain/principal.ts'
import type { Submission } from '../../domain/submit-job.ts'
import { objectionsTo } from '../../domain/upstream-request.ts'
import type { HttpDeps } from '../deps.ts'
import { invalidRequest } from '../http-error.ts'
import type { SubmissionBody } from './job-submission.ts'

const DAY_SECONDS = 86_400

/** What the schema cannot see: fields that exclude each other, addresses, accounts, and what OpenAI is sure to refuse. */
export function readSubmission(app: Context, { body, deps }: { body: SubmissionBody; deps: HttpDeps }): Submission {
  const faults = [...callbackFaults(app, body), ...parentFaults(body), ...accountFaults(body, deps.accounts)]
  if (faults.length > 0) throw invalidRequest(faults)
  const objection = objectionsTo(body.request)
  if (objection?.status === 400) throw invalidRequest(objection.details)
  if (objection !== null) {
    const said = objection.details.map(({ field, message }) => `${field} ${message}`).join('; ')
    throw new AppError('request_refused', { status: 422, message: `OpenAI would refuse this: ${said}.`, details: objection.details })
  }
  return {
    request: body.request,
    account: body.account ?? DEFAULT_ACCOUNT,
    callbackUrl: body.callback_url ?? null,
    callbackEvents: body.callback_events ?? null,
    labels: body.labels ?? {},
    priority: body.priority ?? 0,
    startAfter: body.start_after ?? null,
    deadlineSeconds: body.deadline_seconds ?? null,
    retentionDays: body.retention_days ?? deps.defaultRetentionDays,
    previousJobId: body.previous_job_id ?? null,
    onUnconfirmed: body.on_unconfirmed ?? 'wait',
    actionTimeoutSeconds: body.action_timeout_seconds ?? DAY_SECONDS,
    endUser: body.user ?? null,
  }
}

function callbackFaults(app: Context, { callback_url: url, callback_events: events }: SubmissionBody): ErrorDetail[] {
  if (url === undefined || url === null) return events ? [{ field: 'callback_events', message: 'needs a callback_url to go to' }] : []
  const objection = app.sender.objection(url)
  return objection === null ? [] : [{ field: 'callback_url', message: objection }]
}

function parentFaults({ previous_job_id: parent, request }: SubmissionBody): ErrorDetail[] {
  if (!parent) return []
  const others = ['previous_response_id', 'conversation'].filter((name) => (request[name] ?? null) !== null)
  return others.map((name) => ({ field: `request.${name}`, message: 'cannot be combined with previous_job_id' }))
}

function accountFaults({ account }: SubmissionBody, accounts: readonly string[]): ErrorDetail[] {
  if (!account || accounts.includes(account)) return []
  return [{ field: 'account', message: `is not known: there is ${accounts.join(', ')}` }]
}
