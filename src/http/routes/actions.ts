import { z } from 'zod'
import { continueJob } from '../../domain/continue-job.ts'
import type { ContinueOutcome } from '../../domain/continue-job.ts'
import { AppError } from '../../domain/errors.ts'
import { viewJob } from '../../domain/find-jobs.ts'
import type { Job, Json } from '../../domain/model.ts'
import type { Actions } from '../../domain/read-actions.ts'
import { jsonAnswer } from '../answer.ts'
import { plainText } from '../fields.ts'
import { invalidRequest, notFound } from '../http-error.ts'
import { jobSchema, presentJob } from '../present/job.ts'
import { anyObject } from '../present/shapes.ts'
import { defineRoute } from '../route.ts'
import { jobParams } from './jobs.ts'

const outputSchema = z.strictObject({
  call_id: plainText({ max: 256 }).meta({ description: 'Of a call in `required_action.outputs`.' }),
  output: z
    .custom<Json>((value) => value !== undefined, 'is required')
    .meta({
      description: 'As OpenAI wants it for this kind of call: text or content parts; a screenshot object; a list of command outputs.',
    }),
  status: z.enum(['completed', 'failed']).nullish().meta({ description: 'Of an `apply_patch_call`; `completed` unless told otherwise.' }),
  acknowledged_safety_checks: z.array(anyObject).nullish().meta({ description: 'Of a `computer_call`: the pending checks you have seen.' }),
})

const approvalSchema = z.strictObject({
  approval_request_id: plainText({ max: 256 }).meta({ description: 'Of a request in `required_action.approvals`.' }),
  approve: z.boolean(),
  reason: plainText({ max: 4_096 }).nullish(),
})

const actionsSchema = z
  .strictObject({ outputs: z.array(outputSchema).nullish(), approvals: z.array(approvalSchema).nullish() })
  .describe('Everything that the job waits for, at once.')

export const continueJobRoute = defineRoute({
  method: 'post',
  path: '/v1/jobs/{id}/actions',
  operation: 'continueJob',
  tag: 'Jobs',
  access: 'key',
  summary: 'Answer what a job requires',
  description:
    'The outputs and approvals that `required_action` asks for, all of them at once, make a new turn at OpenAI. The very same actions sent again change nothing and are answered the same.',
  params: jobParams,
  body: actionsSchema,
  exampleBody: { outputs: [{ call_id: 'call_1', output: '{"temperature": 21}' }] },
  replies: { 202: { description: 'The job, with its new turn.', schema: jobSchema } },
  faults: { 409: 'The job does not require an action, or was continued with other ones.' },
  async handler({ app, principal, params, body }) {
    const continued = await continueJob(app, { id: params.id, tenantId: principal.tenantId, actions: readBody(body) })
    return jsonAnswer(202, presentJob(await viewJob(app, accepted(continued)), app))
  },
})

function readBody({ outputs, approvals }: z.output<typeof actionsSchema>): Actions {
  return {
    outputs: (outputs ?? []).map((given) => ({
      callId: given.call_id,
      output: given.output,
      status: given.status ?? null,
      acknowledgedSafetyChecks: (given.acknowledged_safety_checks ?? null) as Actions['outputs'][number]['acknowledgedSafetyChecks'],
    })),
    approvals: (approvals ?? []).map((given) => ({
      approvalRequestId: given.approval_request_id,
      approve: given.approve,
      reason: given.reason ?? null,
    })),
  }
}

function accepted(continued: ContinueOutcome): Job {
  switch (continued.outcome) {
    case 'continued':
    case 'repeated':
      return continued.job
    case 'unknown':
      throw notFound('job')
    case 'not_waiting':
      throw new AppError('action_not_required', {
        status: 409,
        message: `The job is ${continued.job.status} and waits for no action, or was continued with other ones.`,
      })
    case 'faulty':
      throw invalidRequest(continued.faults)
    default:
      return continued satisfies never
  }
}
