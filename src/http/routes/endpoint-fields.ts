import { z } from 'zod'
import { SIGNATURE_SCHEMES } from '../../domain/callback-model.ts'
import { CALLBACK_TYPES, EVENT_WILDCARDS } from '../../domain/event-patterns.ts'
import { labelsField, plainText } from '../fields.ts'

const WEEK_SECONDS = 604_800
const DAY_SECONDS = 86_400

const url = plainText({ max: 2_048 }).meta({ description: 'Where callbacks go: public and https, or in a range that the operator opened.' })

const eventTypes = z
  .array(z.enum([...CALLBACK_TYPES, ...EVENT_WILDCARDS]))
  .min(1)
  .max(50)
  .nullish()
  .meta({ description: 'Types or patterns of them; without it the four final events and `job.requires_action`. `*` is all of them.' })

const shared = {
  description: plainText({ min: 0, max: 500 }).nullish().meta({ description: 'For people.' }),
  event_types: eventTypes,
  labels: labelsField().nullish().meta({ description: 'Only jobs that carry all of these.' }),
  rate_per_second: z.int().min(1).max(1_000).nullish().meta({ description: 'At most so many callbacks a second; null: no limit.' }),
}

const header = z.string().max(5_000)

const ownSecret = z.string().max(200).optional().meta({
  description: 'A `v1` secret of your own: `whsec_` and base64 of 24 to 64 random bytes. Without it one is made.',
})

export const endpointSubmissionSchema = z
  .strictObject({
    url,
    ...shared,
    headers: z.record(z.string(), header).nullish().meta({
      description: 'Sent with every callback: up to 20, 4,096 characters in all. Their values are kept sealed and not shown again.',
    }),
    signature: z
      .enum(SIGNATURE_SCHEMES)
      .default('v1')
      .meta({ description: '`v1`: HMAC with a shared secret. `v1a`: Ed25519, verified with a public key. It stays as it is.' }),
    secret: ownSecret,
  })
  .describe('An address to be called back.')

export const endpointChangeSchema = z
  .strictObject({
    url: url.optional(),
    ...shared,
    headers: z
      .record(z.string(), header.nullable())
      .nullish()
      .meta({ description: 'Merged by name: those not named stay, null takes one away. `null` in place of all takes all away.' }),
    disabled: z.boolean().optional().meta({ description: 'False enables it again, and forgets how it failed.' }),
  })
  .describe('What is to be different; what is not named stays.')

export const rotationSchema = z
  .strictObject({
    overlap_seconds: z
      .int()
      .min(0)
      .max(WEEK_SECONDS)
      .default(DAY_SECONDS)
      .meta({ description: 'For so long the old one signs as well. 0: it is dead at once.' }),
    secret: ownSecret,
  })
  .prefault({})

export const exampleSchema = z
  .strictObject({ type: z.enum(CALLBACK_TYPES).default('job.completed').meta({ description: 'What the example tells.' }) })
  .prefault({})

export type EndpointSubmission = z.output<typeof endpointSubmissionSchema>
export type EndpointChangeBody = z.output<typeof endpointChangeSchema>
