import { z } from 'zod'
import { findJobs } from '../../domain/find-jobs.ts'
import { JOB_STATUSES } from '../../domain/job-status.ts'
import { decodeRankCursor, searchJobs } from '../../domain/search-jobs.ts'
import { parseSearch } from '../../domain/search-terms.ts'
import type { JobFilter } from '../../domain/store.ts'
import { isPlace, MAX_PLACES, outputMatch } from '../../domain/structured-answer.ts'
import { jsonAnswer } from '../answer.ts'
import { cursorOf, labelsField, pageFields, plainText, readTimeCursor, timeFilters } from '../fields.ts'
import { invalidRequest } from '../http-error.ts'
import { foundJobListSchema, presentFoundJob } from '../present/found-job.ts'
import { presentJobSummary } from '../present/job-summary.ts'
import { defineRoute } from '../route.ts'

const OUTPUT_PATH = /^[^.]{1,64}(?:\.[^.]{1,64}){0,7}$/

const searchField = plainText({ max: 200 }).transform((text, context) => {
  const terms = parseSearch(text)
  if (terms !== null) return terms
  context.addIssue('must name a word to look for, in each of its alternatives')
  return z.NEVER
})

const outputField = z
  .record(z.string().regex(OUTPUT_PATH, 'must be 1 to 8 names of up to 64 characters, with dots between'), plainText({ min: 0, max: 256 }))
  .refine((output) => Object.keys(output).length <= 10, 'must have at most 10 conditions')
  .refine((output) => Object.keys(output).every((path) => !path.includes('\0')), 'must not contain NUL')
  .refine(
    (output) => Object.keys(output).every((path) => path.split('.').filter(isPlace).length <= MAX_PLACES),
    `must not count in lists more than ${MAX_PLACES} deep: a path may have ${MAX_PLACES} numbers`,
  )

export const listJobsRoute = defineRoute({
  method: 'get',
  path: '/v1/jobs',
  operation: 'listJobs',
  tag: 'Jobs',
  access: 'key',
  summary: 'List jobs, newest first, or search them, best match first',
  description: 'Without their results: `GET /v1/jobs/{id}` has those. Filters narrow together.',
  query: z.strictObject({
    q: searchField.optional().meta({
      description:
        'Full-text search over prompts, outputs, revised prompts, file names and labels. All words must match; `"a phrase"`, `-without`, and `or` between alternatives. The best match comes first, each with a `snippet`.',
    }),
    status: z.array(z.enum(JOB_STATUSES)).optional().meta({ description: 'One or several, separated by commas.' }),
    model: plainText({ max: 256 }).optional().meta({ description: 'The model asked for, exactly.' }),
    label: labelsField().optional().meta({ description: 'Written `label.team=growth`; several must all match.' }),
    output: outputField.optional().meta({
      description:
        'A scalar of the structured answer, by its path: `output.score=5`, `output.author.name=Ann`, `output.items.0.ok=true`. What reads as a number, `true`, `false` or `null` is one; in double quotes it is text. Several must all match.',
    }),
    ...timeFilters,
    ...pageFields,
    cursor: cursorOf((text) => readTimeCursor(text) ?? decodeRankCursor(text)),
  }),
  replies: { 200: { description: 'A page of jobs.', schema: foundJobListSchema } },
  async handler({ app, principal, query }) {
    const { q, limit, cursor = null } = query
    const filter: JobFilter = {
      tenantId: principal.tenantId,
      ...(query.status && { status: query.status }),
      ...(query.model !== undefined && { model: query.model }),
      ...(query.label && { labels: query.label }),
      ...(query.output && { output: Object.entries(query.output).map(([path, value]) => outputMatch(path, value)) }),
      ...(query.created_after && { createdAfter: query.created_after }),
      ...(query.created_before && { createdBefore: query.created_before }),
    }
    if (q === undefined) {
      if (cursor !== null && 'rank' in cursor) throw otherList('without')
      const { rows, nextCursor } = await findJobs(app, { filter, page: { limit, before: cursor } })
      return jsonAnswer(200, { data: rows.map((job) => presentJobSummary(job, app)), next_cursor: nextCursor })
    }
    if (cursor !== null && !('rank' in cursor)) throw otherList('with')
    const { rows, nextCursor } = await searchJobs(app, { terms: q, filter, page: { limit, after: cursor } })
    return jsonAnswer(200, { data: rows.map((found) => presentFoundJob(found, app)), next_cursor: nextCursor })
  },
})

function otherList(how: 'with' | 'without') {
  return invalidRequest([{ field: 'cursor', message: `must be a next_cursor of a list ${how} q` }])
}
