import { z } from 'zod'
import { DELIVERY_STATES } from '../../domain/callback-model.ts'
import { AppError } from '../../domain/errors.ts'
import { findDeliveries, findDelivery } from '../../domain/find-deliveries.ts'
import { findJobRow } from '../../domain/find-jobs.ts'
import { redeliver } from '../../domain/redeliver.ts'
import { jsonAnswer } from '../answer.ts'
import { idFilter, idParam, pageFields, timeFilters } from '../fields.ts'
import { notFound } from '../http-error.ts'
import { deliveryListSchema, deliverySchema, presentDelivery, presentDeliverySummary } from '../present/delivery.ts'
import { defineRoute } from '../route.ts'

const deliveryParams = z.object({ id: idParam('dlv') })

export const listDeliveriesRoute = defineRoute({
  method: 'get',
  path: '/v1/deliveries',
  operation: 'listDeliveries',
  tag: 'Callbacks',
  access: 'key',
  summary: 'List callbacks, newest first',
  description: 'Each with its last attempt: `GET /v1/deliveries/{id}` has all of them. Filters narrow together.',
  query: z.strictObject({
    job: idFilter('job').optional().meta({ description: 'Only of this job.' }),
    endpoint: idFilter('ep').optional().meta({ description: 'Only to this endpoint.' }),
    status: z.array(z.enum(DELIVERY_STATES)).optional().meta({ description: 'One or several, separated by commas.' }),
    ...timeFilters,
    ...pageFields,
  }),
  replies: { 200: { description: 'A page of callbacks.', schema: deliveryListSchema } },
  faults: { 404: 'There is no such job.' },
  async handler({ app, principal: { tenantId }, query }) {
    if (query.job !== undefined && (await findJobRow(app, { id: query.job, tenantId })) === null) throw notFound('job')
    const filter = {
      tenantId,
      ...(query.job !== undefined && { jobId: query.job }),
      ...(query.endpoint !== undefined && { endpointId: query.endpoint }),
      ...(query.status && { state: query.status }),
      ...(query.created_after && { createdAfter: query.created_after }),
      ...(query.created_before && { createdBefore: query.created_before }),
    }
    const { rows, nextCursor } = await findDeliveries(app, { filter, page: { limit: query.limit, before: query.cursor ?? null } })
    return jsonAnswer(200, { data: rows.map(presentDeliverySummary), next_cursor: nextCursor })
  },
})

export const getDeliveryRoute = defineRoute({
  method: 'get',
  path: '/v1/deliveries/{id}',
  operation: 'getDelivery',
  tag: 'Callbacks',
  access: 'key',
  summary: 'Get a callback with every attempt',
  params: deliveryParams,
  replies: { 200: { description: 'The callback.', schema: deliverySchema } },
  async handler({ app, principal: { tenantId }, params: { id } }) {
    const found = await findDelivery(app, { id, tenantId })
    if (found === null) throw notFound('delivery')
    return jsonAnswer(200, presentDelivery(found))
  },
})

export const redeliverRoute = defineRoute({
  method: 'post',
  path: '/v1/deliveries/{id}/redeliver',
  operation: 'redeliver',
  tag: 'Callbacks',
  access: 'key',
  summary: 'Send a callback again',
  description:
    'With the same `webhook-id` and body, a new timestamp and signature, and the whole schedule before it. One that is still pending is due at once.',
  params: deliveryParams,
  replies: { 202: { description: 'It is on its way.', schema: deliverySchema } },
  faults: { 409: 'Its endpoint is disabled or deleted, or it was a test.' },
  async handler({ app, principal: { tenantId }, params: { id } }) {
    const asked = await redeliver(app, { id, tenantId })
    switch (asked.outcome) {
      case 'asked':
        return jsonAnswer(202, presentDelivery({ delivery: asked.delivery, attempts: await app.store.deliveries.listAttempts(id) }))
      case 'unknown':
        throw notFound('delivery')
      case 'disabled':
        throw disabled(asked.endpointId)
      case 'endpoint_gone':
        throw new AppError('endpoint_gone', {
          status: 409,
          message: 'The endpoint was deleted: register it again and replay to the new one.',
        })
      case 'not_repeated':
        throw new AppError('delivery_not_repeated', {
          status: 409,
          message: 'It was a test: send another with POST /v1/endpoints/{id}/test.',
        })
      default:
        return asked satisfies never
    }
  },
})

/** Nothing can be sent to it as it stands. */
export function disabled(endpointId: string): AppError {
  const message = `The endpoint is disabled: enable it first, with PATCH /v1/endpoints/${endpointId} and {"disabled": false}.`
  return new AppError('endpoint_disabled', { status: 409, message })
}
