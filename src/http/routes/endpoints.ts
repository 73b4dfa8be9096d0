import { z } from 'zod'
import { changeEndpoint } from '../../domain/change-endpoint.ts'
import { createEndpoint, MOST_ENDPOINTS } from '../../domain/create-endpoint.ts'
import { AppError } from '../../domain/errors.ts'
import { findEndpoint, findEndpoints } from '../../domain/find-endpoints.ts'
import { isId } from '../../domain/ids.ts'
import { removeEndpoint } from '../../domain/remove-endpoint.ts'
import { emptyAnswer, jsonAnswer } from '../answer.ts'
import { idParam, pageFields } from '../fields.ts'
import { invalidRequest, notFound } from '../http-error.ts'
import { createdEndpointSchema, endpointListSchema, endpointSchema, presentEndpoint } from '../present/endpoint.ts'
import { defineRoute } from '../route.ts'
import { endpointChangeSchema, endpointSubmissionSchema } from './endpoint-fields.ts'
import { headerDetails, readEndpoint, readEndpointChange } from './read-endpoint.ts'

export const endpointParams = z.object({ id: idParam('ep') })

export const createEndpointRoute = defineRoute({
  method: 'post',
  path: '/v1/endpoints',
  operation: 'createEndpoint',
  tag: 'Callbacks',
  access: 'key',
  summary: 'Register an address to be called back',
  description: 'It gets a callback for every event that it wants of every job that it wants, from now on.',
  body: endpointSubmissionSchema,
  exampleBody: { url: 'https://example.com/hooks/longhaul', event_types: ['job.*'], labels: { team: 'growth' } },
  replies: {
    201: { description: 'The endpoint, with its secret.', schema: createdEndpointSchema, headers: { Location: 'Its address.' } },
  },
  faults: { 409: `There are ${MOST_ENDPOINTS} endpoints already, the most there may be.` },
  async handler({ app, principal, body }) {
    const read = readEndpoint(app, body)
    const made = await createEndpoint(app, { ...read, tenantId: principal.tenantId })
    if (made.outcome === 'too_many') {
      throw new AppError('too_many_endpoints', {
        status: 409,
        message: `There are ${MOST_ENDPOINTS} endpoints, the most there may be: delete one that is not needed.`,
      })
    }
    const { endpoint } = made
    const secret = endpoint.signature === 'v1' ? read.secret : null
    return jsonAnswer(201, { ...presentEndpoint(endpoint, app), secret }, { location: `${app.publicUrl}/v1/endpoints/${endpoint.id}` })
  },
})

export const listEndpointsRoute = defineRoute({
  method: 'get',
  path: '/v1/endpoints',
  operation: 'listEndpoints',
  tag: 'Callbacks',
  access: 'key',
  summary: 'List the registered endpoints, newest first',
  query: z.strictObject(pageFields),
  replies: { 200: { description: 'A page of endpoints.', schema: endpointListSchema } },
  async handler({ app, principal: { tenantId }, query }) {
    const { rows, nextCursor } = await findEndpoints(app, { tenantId, page: { limit: query.limit, before: query.cursor ?? null } })
    return jsonAnswer(200, { data: rows.map((endpoint) => presentEndpoint(endpoint, app)), next_cursor: nextCursor })
  },
})

export const getEndpointRoute = defineRoute({
  method: 'get',
  path: '/v1/endpoints/{id}',
  operation: 'getEndpoint',
  tag: 'Callbacks',
  access: 'key',
  summary: 'Get an endpoint',
  params: endpointParams,
  replies: { 200: { description: 'The endpoint.', schema: endpointSchema } },
  async handler({ app, principal, params }) {
    const endpoint = await findEndpoint(app, { id: params.id, tenantId: principal.tenantId })
    if (endpoint === null) throw notFound('endpoint')
    return jsonAnswer(200, presentEndpoint(endpoint, app))
  },
})

export const changeEndpointRoute = defineRoute({
  method: 'patch',
  path: '/v1/endpoints/{id}',
  operation: 'changeEndpoint',
  tag: 'Callbacks',
  access: 'key',
  summary: 'Change an endpoint, disable it or enable it again',
  description: 'A field that is named takes the place of what was there, but for `headers`, which are merged by name.',
  params: endpointParams,
  body: endpointChangeSchema,
  exampleBody: { disabled: false },
  replies: { 200: { description: 'The endpoint as it is now.', schema: endpointSchema } },
  async handler({ app, principal: { tenantId }, params: { id }, body }) {
    const change = readEndpointChange(app, body)
    if (!isId('ep', id)) throw notFound('endpoint')
    const changed = await changeEndpoint(app, { id, tenantId, change })
    switch (changed.outcome) {
      case 'changed':
        return jsonAnswer(200, presentEndpoint(changed.endpoint, app))
      case 'unknown':
        throw notFound('endpoint')
      case 'headers_refused':
        throw invalidRequest(headerDetails(changed.objections))
      default:
        return changed satisfies never
    }
  },
})

export const deleteEndpointRoute = defineRoute({
  method: 'delete',
  path: '/v1/endpoints/{id}',
  operation: 'deleteEndpoint',
  tag: 'Callbacks',
  access: 'key',
  summary: 'Delete an endpoint',
  description: 'What is still on its way to it ends as `failed`. What was sent to it stays to be read.',
  params: endpointParams,
  replies: { 204: { description: 'It is gone.' } },
  async handler({ app, principal: { tenantId }, params: { id } }) {
    if (!isId('ep', id) || !(await removeEndpoint(app, { id, tenantId }))) throw notFound('endpoint')
    return emptyAnswer(204)
  },
})
