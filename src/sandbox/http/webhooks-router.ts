import { Router } from 'express'
import { badRequest, type ApiError } from '../api-error.ts'
import { pageOf, readListQuery } from '../list-page.ts'
import type { Endpoint } from '../webhooks/endpoint-store.ts'
import { EVENT_TYPES, sampleData } from '../webhooks/event-types.ts'
import { newEvent } from '../webhooks/webhook-event.ts'
import type { World } from '../world.ts'
import { replyJson } from './reply.ts'

export function createWebhookEndpointsRouter({ endpoints, webhooks }: World): Router {
  const router = Router()
  router.post('/', (req, res) => replyJson(res, withSecret(endpoints.create(readNewEndpoint(req.body)))))
  router.get('/', (req, res) => {
    const page = pageOf(endpoints.list(), { query: readListQuery(req.query, { order: 'desc' }), idOf: ({ id }) => id })
    replyJson(res, { ...page, data: page.data.map(wireEndpoint) })
  })
  router.get('/:id', (req, res) => replyJson(res, wireEndpoint(endpoints.get(req.params.id))))
  router.post('/:id', (req, res) => replyJson(res, wireEndpoint(endpoints.update(req.params.id, readChange(req.body)))))
  router.delete('/:id', (req, res) => {
    endpoints.remove(req.params.id)
    replyJson(res, { id: req.params.id, object: 'webhook_endpoint.deleted', deleted: true })
  })
  router.post('/:id/rotate_secret', (req, res) => {
    const keepOld = fieldsOf(req.body).keep_old_secret_active_for_24_hours === true
    replyJson(res, withSecret(endpoints.rotate(req.params.id, { keepOld })))
  })
  router.post('/:id/test', async (req, res) => {
    const endpoint = endpoints.get(req.params.id)
    const type = String(fieldsOf(req.body).event_type)
    const known: readonly string[] = EVENT_TYPES
    if (!known.includes(type)) throw badRequest(`Invalid value: '${type}'.`, { param: 'event_type', code: 'invalid_value' })
    const { status, error } = await webhooks.attempt(endpoint, { event: newEvent(type, sampleData(type)) })
    if (status === null || status >= 300)
      throw badRequest(`The webhook endpoint did not accept the test event: ${error ?? status}.`, { code: 'webhook_test_failed' })
    replyJson(res, {
      object: 'webhook_endpoint.test',
      webhook_endpoint_id: endpoint.id,
      event_type: type,
      status_code: status,
      success: true,
    })
  })
  return router
}

export function createWebhookEventTypesRouter(): Router {
  const router = Router()
  router.get('/', (_req, res) => replyJson(res, { object: 'list', data: EVENT_TYPES }))
  return router
}

function wireEndpoint(endpoint: Endpoint): object {
  return {
    id: endpoint.id,
    object: 'webhook_endpoint',
    name: endpoint.name,
    url: endpoint.url,
    event_types: endpoint.eventTypes,
    created_at: endpoint.createdAt,
    updated_at: endpoint.updatedAt,
    signing_secret_hint: `whsec_…${endpoint.secret.slice(-4)}`,
  }
}

function withSecret(endpoint: Endpoint): object {
  return { ...wireEndpoint(endpoint), signing_secret: endpoint.secret }
}

function readNewEndpoint(body: unknown): { name: string; url: string; eventTypes: string[] } {
  const { name, url, eventTypes } = readChange(body)
  if (name === undefined) throw missing('name')
  if (url === undefined) throw missing('url')
  if (eventTypes === undefined) throw missing('event_types')
  return { name, url, eventTypes }
}

function readChange(body: unknown): { name?: string; url?: string; eventTypes?: string[] } {
  const { name, url, event_types: eventTypes } = fieldsOf(body)
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof url === 'string' ? { url } : {}),
    ...(Array.isArray(eventTypes) ? { eventTypes: eventTypes.map(String) } : {}),
  }
}

function fieldsOf(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null ? { ...body } : {}
}

function missing(param: string): ApiError {
  return badRequest(`Missing required parameter: '${param}'.`, { param, code: 'missing_required_parameter' })
}
