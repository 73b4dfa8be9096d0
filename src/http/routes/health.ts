import { z } from 'zod'
import type { PartState } from '../deps.ts'
import { jsonAnswer } from '../answer.ts'
import { defineRoute } from '../route.ts'

const part = z.enum(['ok', 'away'] satisfies PartState[])

export const healthSchema = z.object({ status: z.literal('ok') })
export const readinessSchema = z.object({
  status: z.enum(['ready', 'unready']),
  database: part,
  queue: part.describe('Only hurries work up: without it all is slower, and nothing is refused.'),
  storage: part,
  faults: z.record(z.string(), z.string()).optional().describe('With `verbose`: what is wrong with each part that is away.'),
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
  query: z.object({ verbose: z.string().optional().meta({ description: 'Say what is wrong too.' }) }),
  replies: {
    200: { description: 'They can.', schema: readinessSchema },
    503: { description: 'The database or the object store is away.', schema: readinessSchema },
  },
  async handler({ deps, query }) {
    const { ready, parts, faults } = await deps.ready()
    const verbose = query.verbose !== undefined && query.verbose !== 'false'
    const body = { status: ready ? 'ready' : 'unready', ...parts, ...(verbose && { faults }) }
    return jsonAnswer(ready ? 200 : 503, body, ready ? {} : { 'retry-after': '2' })
  },
})
