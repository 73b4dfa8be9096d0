import { classifyFailure, jobError } from './classify-refusal.ts'
import { deadlineError, unwantedTurnSince } from './cancel-job.ts'
import type { FinalStatus } from './job-status.ts'
import type { Job, JobError, JsonObject, Turn } from './model.ts'
import { objectOf, textOf } from './read-json.ts'
import { requiredAction } from './required-action.ts'

export type Verdict =
  | { status: 'running'; upstream: string }
  | {
      status: FinalStatus | 'requires_action'
      error: JobError | null
      incompleteDetails: JsonObject | null
      requiredAction: JsonObject | null
    }

const NOTHING = { error: null, incompleteDetails: null, requiredAction: null }

/** What a retrieved response makes of its job. A status nobody knows is one that is still running. */
export function judgeResponse(response: JsonObject, { job, turn, now }: { job: Job; turn: Turn; now: Date }): Verdict {
  const upstream = textOf(response.status) ?? 'in_progress'
  switch (upstream) {
    case 'completed': {
      const action = requiredAction(response)
      return { ...NOTHING, status: action === null ? 'completed' : 'requires_action', requiredAction: action }
    }
    case 'incomplete':
      return { ...NOTHING, status: 'incomplete', incompleteDetails: objectOf(response.incomplete_details) ?? {} }
    case 'failed':
      return { ...NOTHING, status: 'failed', error: failure(response) }
    case 'cancelled':
      if (job.cancelRequestedAt === null && unwantedTurnSince(job, { turn, now }) !== null)
        return { ...NOTHING, status: 'failed', error: deadlineError(job, now) }
      return { ...NOTHING, status: 'cancelled' }
    default:
      return { status: 'running', upstream }
  }
}

function failure(response: JsonObject): JobError {
  const error = objectOf(response.error)
  const code = textOf(error?.code)
  const message = textOf(error?.message) ?? 'OpenAI gave no reason.'
  const upstream = { status: null, code, type: textOf(error?.type), param: textOf(error?.param), message, requestId: null }
  return jobError(classifyFailure(code, message), { message, upstream })
}
