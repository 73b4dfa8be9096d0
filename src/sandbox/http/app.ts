import express, { type Express } from 'express'
import type { World } from '../world.ts'
import { createContainersRouter } from './containers-router.ts'
import { answerErrors, logRequests, requireKey, stampReplies, unknownUrl } from './middleware.ts'
import { createModelsRouter } from './models-router.ts'
import { createResponsesRouter } from './responses-router.ts'
import { createWebhookEndpointsRouter, createWebhookEventTypesRouter } from './webhooks-router.ts'

export function createSandboxApp(world: World): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(logRequests(world.requests), stampReplies(), world.outage.handler, requireKey(world.settings.apiKeys))
  app.use(express.json({ limit: '128mb' }))
  app.use('/v1/responses', createResponsesRouter(world))
  app.use('/v1/models', createModelsRouter())
  app.use('/v1/containers', createContainersRouter(world))
  app.use('/v1/webhook_endpoints', createWebhookEndpointsRouter(world))
  app.use('/v1/webhook_event_types', createWebhookEventTypesRouter())
  app.use(unknownUrl())
  app.use(answerErrors())
  return app
}
