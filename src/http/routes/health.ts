import { z } from 'zod'
import { HOLD_REASONS } from '../../domain/hold-model.ts'
import type { JsonObject } from '../../domain/model.ts'
import type { PartState, ReadyReport } from '../deps.ts'
import { jsonAnswer } from '../answer.ts'
import { iso, isoOrNull, time } from '../present/shapes.ts'
import { defineRoute } from '../route.ts'

const part = z.enum(['ok', 'away', 'full'] satisfies PartState[])

export const healthSchema = z.object({ status: z.literal('ok') })
export const readinessSchema = z.object({
  status: z.enum(['ready', 'unready']),
  database: part,
  queue: part.describe('Only hurries work up: without it all is slower, and nothing is refused.'),
  storage: part.describe('`full`: results wait at OpenAI until there is room.'),
  faults: z.record(z.string(), z.string()).optional().describe('With `verbose`: what is wrong with each part that is not `ok`.'),
  holds: z
    .array(
      z.object({
        account: z.string(),
        model: z.string().nullable().describe('`null`: all of the account.'),
        reason: z.enum(HOLD_REASONS),
        held_until: time.describe('When OpenAI is tried again; in the past where no job waits for it.'),
        strikes: z.int().describe('Faults in a row.'),
        since: time.nullable(),
      }),
    )
    .optional()
    .describe('With `verbose`: accounts, and models of them, whose new jobs wait in `queued`. No part of being ready.'),
})

/** Whoever asks may add what he likes to a query here: machines do. */
const anyQuery = z.object({})

export const healthRoute = defineRoute({
  method: 'get',
  path: '/healthz',
  operation: 'getHealth',
  tag: 'Operations',
  access: 'public',
  summary: 'Whether the process lives',
  query: anyQuery,
  replies: { 200: { description: 'It does.', schema: healthSchema } },
  async handler() {
    return jsonAnswer(200, { status: 'ok' })
  },
})

export const readinessRoute = defineRoute({
  method: 'get',
  path: '/readyz',
  operation: 'getReadiness',
  tag: 'Operations',
  access: 'public',
  summary: 'Whether requests can be served',
  query: z.object({ verbose: z.string().optional().meta({ description: 'Say what is wrong, and what is held back, too.' }) }),
  replies: {
    200: { description: 'They can.', schema: readinessSchema },
    503: { description: 'The database or the object store is away, or has no room.', schema: readinessSchema },
  },
  async handler({ deps, query }) {
    const { ready, parts, faults, holds } = await deps.ready()
    const verbose = query.verbose !== undefined && query.verbose !== 'false'
    const body = { status: ready ? 'ready' : 'unready', ...parts, ...(verbose && { faults, holds: holds.map(presentHold) }) }
    return jsonAnswer(ready ? 200 : 503, body, ready ? {} : { 'retry-after': '2' })
  },
})

/** What OpenAI said is left out: this is told to anyone who asks. */
function presentHold({ account, model, reason, heldUntil, strikes, openedAt }: ReadyReport['holds'][number]): JsonObject {
  const held = { account, model: model === '' ? null : model, reason, held_until: iso(heldUntil), strikes }
  return { ...held, since: isoOrNull(openedAt) }
}
