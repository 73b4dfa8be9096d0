import { z } from 'zod'
import { deleteJob } from '../../domain/delete-job.ts'
import { AppError } from '../../domain/errors.ts'
import { findEvents, findJob } from '../../domain/find-jobs.ts'
import { emptyAnswer, jsonAnswer } from '../answer.ts'
import { flag, idParam, pageFields } from '../fields.ts'
import { notFound } from '../http-error.ts'
import { eventListSchema, presentEvent } from '../present/event.ts'
import { jobSchema, presentJob } from '../present/job.ts'
import { defineRoute } from '../route.ts'

export const jobParams = z.object({ id: idParam('job') })

export const getJobRoute = defineRoute({
  method: 'get',
  path: '/v1/jobs/{id}',
  operation: 'getJob',
  tag: 'Jobs',
  access: 'key',
  summary: 'Get a job with its result',
  params: jobParams,
  replies: { 200: { description: 'The job.', schema: jobSchema } },
  async handler({ app, principal, params }) {
    const view = await findJob(app, { id: params.id, tenantId: principal.tenantId })
    if (view === null) throw notFound('job')
    return jsonAnswer(200, presentJob(view, app))
  },
})

export const deleteJobRoute = defineRoute({
  method: 'delete',
  path: '/v1/jobs/{id}',
  operation: 'deleteJob',
  tag: 'Jobs',
  access: 'key',
  summary: 'Delete a finished job and all it left',
  description: 'It is gone for every reader at once; its files and rows follow in the background.',
  params: jobParams,
  query: z.strictObject({ upstream: flag('Delete the responses at OpenAI too.') }),
  replies: { 204: { description: 'Gone.' } },
  faults: { 409: 'The job is not final: cancel it first.' },
  async handler({ app, principal, params, query }) {
    const deleted = await deleteJob(app, { id: params.id, tenantId: principal.tenantId, upstream: query.upstream })
    switch (deleted.outcome) {
      case 'deleted':
        return emptyAnswer(204)
      case 'unknown':
        throw notFound('job')
      case 'not_final': {
        const message = `The job is ${deleted.job.status}: cancel it first, with POST /v1/jobs/${deleted.job.id}/cancel.`
        throw new AppError('job_not_final', { status: 409, message })
      }
      default:
        return deleted satisfies never
    }
  },
})

export const listEventsRoute = defineRoute({
  method: 'get',
  path: '/v1/jobs/{id}/events',
  operation: 'listJobEvents',
  tag: 'Jobs',
  access: 'key',
  summary: 'List a job’s events, oldest first',
  params: jobParams,
  query: z.strictObject({
    after: z.coerce
      .number()
      .int()
      .min(0)
      .max(2_147_483_647)
      .default(0)
      .meta({ description: 'Only events with a greater `seq`; a `next_cursor` goes here.' }),
    limit: pageFields.limit,
  }),
  replies: { 200: { description: 'A page of events.', schema: eventListSchema } },
  async handler({ app, principal, params, query }) {
    const found = await findEvents(app, { id: params.id, tenantId: principal.tenantId, ...query })
    if (found === null) throw notFound('job')
    const next = found.nextAfter === null ? null : String(found.nextAfter)
    return jsonAnswer(200, { data: found.events.map(presentEvent), next_cursor: next })
  },
})
