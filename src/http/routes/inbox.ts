import { z } from 'zod'
import { findInbox, findRefused } from '../../domain/find-inbox.ts'
import { INBOX_OUTCOMES } from '../../domain/model.ts'
import { jsonAnswer } from '../answer.ts'
import { flag, pageFields } from '../fields.ts'
import { invalidRequest } from '../http-error.ts'
import { inboxListSchema, presentReceived, presentRefused } from '../present/inbox.ts'
import { defineRoute } from '../route.ts'

export const listInboxRoute = defineRoute({
  method: 'get',
  path: '/v1/inbox',
  operation: 'listInbox',
  tag: 'OpenAI webhooks',
  access: 'admin',
  summary: 'List what came to the receiver, newest first',
  query: z.strictObject({
    outcome: z.enum(INBOX_OUTCOMES).optional().meta({ description: 'Only what was handled so.' }),
    refused: flag('The trace of what was refused instead: the newest thousand, a few of each second.'),
    ...pageFields,
  }),
  replies: { 200: { description: 'A page of webhooks.', schema: inboxListSchema } },
  async handler({ app, query }) {
    const page = { limit: query.limit, before: query.cursor ?? null }
    if (query.refused) {
      if (query.outcome) throw invalidRequest([{ field: 'outcome', message: 'cannot be combined with refused' }])
      const { rows, nextCursor } = await findRefused(app, page)
      return jsonAnswer(200, { data: rows.map(presentRefused), next_cursor: nextCursor })
    }
    const { rows, nextCursor } = await findInbox(app, { outcome: query.outcome ?? null, page })
    return jsonAnswer(200, { data: rows.map(presentReceived), next_cursor: nextCursor })
  },
})
