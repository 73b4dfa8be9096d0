import { z } from 'zod'
import { findItems } from '../../domain/find-items.ts'
import { jsonAnswer } from '../answer.ts'
import { notFound } from '../http-error.ts'
import { itemListSchema, presentItems } from '../present/item.ts'
import { defineRoute } from '../route.ts'
import { jobParams } from './jobs.ts'

export const listItemsRoute = defineRoute({
  method: 'get',
  path: '/v1/jobs/{id}/items',
  operation: 'listJobItems',
  tag: 'Jobs',
  access: 'key',
  summary: 'List what the model did, item by item',
  description: 'Searches, calls, thoughts, pictures and answers, each in a line, in the order of the response. Empty before there is one.',
  params: jobParams,
  query: z.strictObject({
    turn: z.coerce
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta({ description: 'Of which response, counted from 1; without it of all.' }),
  }),
  replies: { 200: { description: 'The items.', schema: itemListSchema } },
  async handler({ app, principal, params, query }) {
    const found = await findItems(app, { id: params.id, tenantId: principal.tenantId, turn: query.turn ?? null })
    if (found === null) throw notFound('job')
    return jsonAnswer(200, presentItems(found))
  },
})
