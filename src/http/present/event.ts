import { z } from 'zod'
import { EVENT_TYPES } from '../../domain/job-status.ts'
import type { JobEvent } from '../../domain/model.ts'
import { anyObject, iso, listOf, time } from './shapes.ts'

export const eventSchema = z
  .object({
    id: z.string(),
    object: z.literal('event'),
    job_id: z.string(),
    seq: z.int().describe('Counts the events of one job from 1.'),
    type: z.enum(EVENT_TYPES),
    data: anyObject,
    created_at: time,
  })
  .describe('One line in a job’s history.')
export const eventListSchema = listOf(eventSchema)

export function presentEvent(event: JobEvent): z.infer<typeof eventSchema> {
  return {
    id: event.id,
    object: 'event',
    job_id: event.jobId,
    seq: event.seq,
    type: event.type,
    data: event.data,
    created_at: iso(event.createdAt),
  }
}
