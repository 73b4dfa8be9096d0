import { z } from 'zod'
import type { FoundJob } from '../../domain/search-jobs.ts'
import { jobSummarySchema, presentJobSummary } from './job-summary.ts'
import { listOf } from './shapes.ts'

export const foundJobSchema = jobSummarySchema
  .extend({
    snippet: z
      .string()
      .optional()
      .describe('With `q` alone: the words around what matched, as plain text, each match between `**`. Escape it where you show it.'),
  })
  .describe('A job as lists show it, with a snippet where it was searched for.')
export const foundJobListSchema = listOf(foundJobSchema)

export function presentFoundJob({ job, snippet }: FoundJob, { publicUrl }: { publicUrl: string }): z.infer<typeof foundJobSchema> {
  return { ...presentJobSummary(job, { publicUrl }), snippet }
}
