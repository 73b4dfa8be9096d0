import { z } from 'zod'
import { artifactLinkSchema, artifactListSchema, artifactSchema } from '../present/artifact.ts'
import { deliveryListSchema, deliverySchema, deliverySummarySchema } from '../present/delivery.ts'
import { createdEndpointSchema, endpointListSchema, endpointSchema, rotatedSchema } from '../present/endpoint.ts'
import { errorSchema } from '../present/error.ts'
import { eventListSchema, eventSchema } from '../present/event.ts'
import { inboxListSchema, receivedSchema, refusedSchema } from '../present/inbox.ts'
import { foundJobListSchema, foundJobSchema } from '../present/found-job.ts'
import { jobSummarySchema, upstreamErrorSchema } from '../present/job-summary.ts'
import { jobSchema } from '../present/job.ts'
import { replayListSchema, replaySchema, replaySummarySchema } from '../present/replay.ts'
import { usageSchema } from '../present/usage.ts'
import { endpointChangeSchema, endpointSubmissionSchema } from '../routes/endpoint-fields.ts'
import { submissionSchema } from '../routes/job-submission.ts'

export type JsonSchema = Record<string, unknown>

const REPLIES = {
  Job: jobSchema,
  JobSummary: jobSummarySchema,
  FoundJob: foundJobSchema,
  JobList: foundJobListSchema,
  Event: eventSchema,
  EventList: eventListSchema,
  Artifact: artifactSchema,
  ArtifactList: artifactListSchema,
  ArtifactLink: artifactLinkSchema,
  Endpoint: endpointSchema,
  CreatedEndpoint: createdEndpointSchema,
  EndpointList: endpointListSchema,
  RotatedSecret: rotatedSchema,
  Delivery: deliverySchema,
  DeliverySummary: deliverySummarySchema,
  DeliveryList: deliveryListSchema,
  Replay: replaySchema,
  ReplaySummary: replaySummarySchema,
  ReplayList: replayListSchema,
  ReceivedWebhook: receivedSchema,
  RefusedWebhook: refusedSchema,
  InboxList: inboxListSchema,
  Usage: usageSchema,
  UpstreamError: upstreamErrorSchema,
  Error: errorSchema,
}
const REQUESTS = { JobSubmission: submissionSchema, EndpointSubmission: endpointSubmissionSchema, EndpointChange: endpointChangeSchema }

const names = new Map<z.ZodType, string>([...Object.entries(REPLIES), ...Object.entries(REQUESTS)].map(([name, schema]) => [schema, name]))

/** Every schema that has a name, each told once. */
export function componentSchemas(): Record<string, JsonSchema> {
  return { ...convert(REPLIES, 'output'), ...convert(REQUESTS, 'input') }
}

/** By name where it has one, else in place. */
export function schemaRef(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const name = names.get(schema)
  return name === undefined ? schemaOf(schema, io) : { $ref: refTo(name) }
}

export function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return tidy(z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema)
}

function convert(schemas: Record<string, z.ZodType>, io: 'input' | 'output'): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>()
  for (const [name, schema] of Object.entries(schemas)) registry.add(schema, { id: name })
  const converted = z.toJSONSchema(registry, { io, unrepresentable: 'any', uri: refTo })
  return Object.fromEntries(Object.entries(converted.schemas).map(([name, schema]) => [name, tidy(schema as JsonSchema)]))
}

function refTo(name: string): string {
  return `#/components/schemas/${name}`
}

/** A format says it better than the pattern behind it, and the document itself says which dialect this is. */
function tidy({ $schema: _dialect, $id: _id, id: _name, ...schema }: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (_key, inner: unknown) => {
    const { pattern, ...rest } = (inner ?? {}) as JsonSchema
    return pattern !== undefined && rest.format === 'date-time' ? rest : inner
  }) as JsonSchema
}
