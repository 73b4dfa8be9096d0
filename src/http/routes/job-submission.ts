import { z } from 'zod'
import { EVENT_TYPES } from '../../domain/job-status.ts'
import { ON_UNCONFIRMED } from '../../domain/model.ts'
import type { JsonObject } from '../../domain/model.ts'
import { instant, labelsField, plainText } from '../fields.ts'

const WEEK_SECONDS = 604_800

/** Our own fields are strict; `request` is OpenAI's and passes through, whatever it holds. */
export const submissionSchema = z
  .strictObject({
    request: z
      .custom<JsonObject>(
        (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
        'must be an object: the body of a create',
      )
      .meta({
        type: 'object',
        description:
          'The body of OpenAI’s `POST /v1/responses`, passed through untouched. Leave out `background`, `store` and `stream`; metadata may have 15 pairs.',
      }),
    callback_url: plainText({ max: 2_048 }).nullish().meta({ description: 'Gets a signed webhook for each event it wants.' }),
    callback_events: z
      .array(z.enum(EVENT_TYPES))
      .min(1)
      .nullish()
      .meta({ description: 'The events that `callback_url` wants; without it the four final ones and `job.requires_action`.' }),
    labels: labelsField().nullish().meta({ description: 'Up to 20, to find jobs by.' }),
    priority: z.int().min(-100).max(100).nullish().meta({ description: 'Jobs with more are sent sooner.' }),
    start_after: instant().nullish().meta({ description: 'Not sent to OpenAI before this time.' }),
    deadline_seconds: z.int().min(1).max(WEEK_SECONDS).nullish().meta({
      description: 'From creation, or from `start_after`: past it the job is cancelled and fails with `deadline_exceeded`. A week at most.',
    }),
    action_timeout_seconds: z.int().min(1).max(WEEK_SECONDS).nullish().meta({
      description:
        'How long the job waits for outputs or approvals that it requires, before it fails with `action_timeout`. A day unless told otherwise.',
    }),
    retention_days: z
      .int()
      .min(1)
      .max(36_500)
      .nullish()
      .meta({ description: 'Deleted this long after it ended; without it as the service is set.' }),
    previous_job_id: plainText({ max: 100 }).nullish().meta({ description: 'Follows up on a finished job.' }),
    account: plainText({ max: 100 }).nullish().meta({ description: 'The OpenAI account that pays.' }),
    on_unconfirmed: z.enum(ON_UNCONFIRMED).nullish().meta({
      description:
        'When it is not known whether OpenAI took the create: `wait` for it to show itself, or `resubmit` and risk paying twice.',
    }),
    user: plainText({ max: 256 }).nullish().meta({ description: 'Your end user. OpenAI gets a hash of it as `safety_identifier`.' }),
  })
  .describe('A job to be done.')

export type SubmissionBody = z.output<typeof submissionSchema>
