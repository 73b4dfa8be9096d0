import { z } from 'zod'
import { REPLAY_FILTERS } from '../../domain/callback-model.ts'
import { AppError } from '../../domain/errors.ts'
import { findReplay, findReplays } from '../../domain/find-replays.ts'
import { startReplay } from '../../domain/replay-start.ts'
import { jsonAnswer } from '../answer.ts'
import { idParam, instant, pageFields } from '../fields.ts'
import { invalidRequest, notFound } from '../http-error.ts'
import { presentReplay, presentReplaySummary, replayListSchema, replaySchema } from '../present/replay.ts'
import { defineRoute } from '../route.ts'
import { disabled } from './deliveries.ts'

const endpointParams = z.object({ id: idParam('ep') })
const replayParams = endpointParams.extend({ replay_id: idParam('rpl') })

const replayBody = z.strictObject({
  since: instant().meta({ description: 'From this time on.' }),
  until: instant().nullish().meta({ description: 'Up to this time, and not at it; without it: up to now.' }),
  status: z.enum(REPLAY_FILTERS).default('failed').meta({
    description:
      '`failed`: what was given up; `missing`: events that were never planned for this endpoint, though it wants them; `all`: both, and what was delivered too.',
  }),
})

export const startReplayRoute = defineRoute({
  method: 'post',
  path: '/v1/endpoints/{id}/replay',
  operation: 'startReplay',
  tag: 'Callbacks',
  access: 'key',
  summary: 'Send a span of time’s callbacks again',
  description: 'In the background, at the rate of the endpoint, or 50 a second. The replay tells how far it has got.',
  params: endpointParams,
  body: replayBody,
  exampleBody: { since: '2026-11-20T00:00:00Z', until: '2026-11-21T00:00:00Z', status: 'failed' },
  replies: { 202: { description: 'The replay.', schema: replaySchema, headers: { Location: 'Its address.' } } },
  faults: { 409: 'The endpoint is disabled, or has three replays under way.' },
  async handler({ app, principal: { tenantId }, params: { id }, body: { since, until = null, status } }) {
    if (since >= (until ?? app.clock.now())) throw invalidRequest([{ field: 'since', message: 'must lie before until, and in the past' }])
    const started = await startReplay(app, { endpointId: id, tenantId, since, until, filter: status })
    switch (started.outcome) {
      case 'started': {
        const { replay } = started
        const location = `${app.publicUrl}/v1/endpoints/${id}/replays/${replay.id}`
        return jsonAnswer(202, presentReplay({ replay, delivered: 0, failed: 0 }), { location })
      }
      case 'unknown':
        throw notFound('endpoint')
      case 'disabled':
        throw disabled(id)
      case 'too_many': {
        const message = `There are ${started.most} replays under way to this endpoint: wait for one to end.`
        throw new AppError('too_many_replays', { status: 409, message })
      }
      default:
        return started satisfies never
    }
  },
})

export const listReplaysRoute = defineRoute({
  method: 'get',
  path: '/v1/endpoints/{id}/replays',
  operation: 'listReplays',
  tag: 'Callbacks',
  access: 'key',
  summary: 'List the replays to an endpoint, newest first',
  params: endpointParams,
  query: z.strictObject(pageFields),
  replies: { 200: { description: 'A page of replays.', schema: replayListSchema } },
  async handler({ app, principal: { tenantId }, params: { id }, query: { limit, cursor = null } }) {
    const found = await findReplays(app, { endpointId: id, tenantId, page: { limit, before: cursor } })
    if (found === null) throw notFound('endpoint')
    return jsonAnswer(200, { data: found.rows.map(presentReplaySummary), next_cursor: found.nextCursor })
  },
})

export const getReplayRoute = defineRoute({
  method: 'get',
  path: '/v1/endpoints/{id}/replays/{replay_id}',
  operation: 'getReplay',
  tag: 'Callbacks',
  access: 'key',
  summary: 'Get a replay and how far it has got',
  params: replayParams,
  replies: { 200: { description: 'The replay.', schema: replaySchema } },
  async handler({ app, principal: { tenantId }, params: { id, replay_id: replayId } }) {
    const found = await findReplay(app, { id: replayId, endpointId: id, tenantId })
    if (found === null) throw notFound('replay')
    return jsonAnswer(200, presentReplay(found))
  },
})
