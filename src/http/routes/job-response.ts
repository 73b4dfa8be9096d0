import { z } from 'zod'
import { AppError } from '../../domain/errors.ts'
import { findResponse, openResponse } from '../../domain/open-response.ts'
import { streamAnswer, textAnswer } from '../answer.ts'
import { flag } from '../fields.ts'
import { notFound } from '../http-error.ts'
import { anyObject } from '../present/shapes.ts'
import { defineRoute } from '../route.ts'
import { jobParams } from './jobs.ts'

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }

export const jobResponseRoute = defineRoute({
  method: 'get',
  path: '/v1/jobs/{id}/response',
  operation: 'getJobResponse',
  tag: 'Jobs',
  access: 'key',
  summary: 'Get OpenAI’s response as it was received',
  description:
    'Unknown fields are kept. Each base64 payload is replaced by `longhaul:artifact/art_…`; with `inline=true` the payloads are back in place, and the reply may be large.',
  params: jobParams,
  query: z.strictObject({
    turn: z.coerce
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta({ description: 'Which response, counted from 1; without it the newest.' }),
    inline: flag('Put the payloads back in place.'),
  }),
  replies: { 200: { description: 'The response.', schema: anyObject } },
  async handler({ app, principal, params, query, signal }) {
    const found = await findResponse(app, { id: params.id, tenantId: principal.tenantId, turn: query.turn ?? null })
    switch (found.outcome) {
      case 'found':
        if (query.inline) return streamAnswer(200, await openResponse(app, { result: found.result, signal }), JSON_TYPE)
        return textAnswer(200, found.result.body, JSON_TYPE)
      case 'unknown':
        throw notFound('job')
      case 'no_turn':
        throw notFound('turn of this job')
      case 'not_yet':
        throw new AppError('no_response', { status: 404, message: `The job is ${found.job.status} and has no response here.` })
      default:
        return found satisfies never
    }
  },
})
