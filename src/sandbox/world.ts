import { Activity } from './activity.ts'
import { createArtifactTruth, type ArtifactTruth } from './artifact-truth.ts'
import { setBounded } from './bounded.ts'
import { createClock, type Clock } from './clock.ts'
import { createContainerStore, type ContainerStore } from './containers/container-store.ts'
import { createOutageSwitch, type OutageSwitch } from './http/outage.ts'
import type { RequestRecord } from './http/middleware.ts'
import type { Settings } from './options.ts'
import { createPictureMemory } from './pictures/picture-memory.ts'
import { PictureStudio } from './pictures/picture-studio.ts'
import { createResponseRunner, type ResponseRunner } from './responses/response-runner.ts'
import { createResponseStore, type ResponseStore } from './responses/response-store.ts'
import { createStrikes, type Strikes } from './strikes.ts'
import { Timers } from './timers.ts'
import { createAnnouncer } from './webhooks/announce.ts'
import { createEndpointStore, type EndpointStore } from './webhooks/endpoint-store.ts'
import { EVENT_TYPES } from './webhooks/event-types.ts'
import { createWebhookPoster } from './webhooks/post-webhook.ts'
import { createWebhookSender, type WebhookSender } from './webhooks/webhook-sender.ts'

/** Everything the routes work on; all of it in memory. */
export interface World extends AsyncDisposable {
  settings: Settings
  clock: Clock
  timers: Timers
  activity: Activity
  strikes: Strikes
  responses: ResponseStore
  runner: ResponseRunner
  containers: ContainerStore
  endpoints: EndpointStore
  webhooks: WebhookSender
  truth: ArtifactTruth
  outage: OutageSwitch
  requests: RequestRecord[]
  /** Metadata taken for granted on every create that does not bring its own. */
  defaults: { metadata: Readonly<Record<string, string>> }
  creates: ReadonlyMap<string, number>
  countCreate(job: string | undefined): void
}

export function createWorld(settings: Settings): World {
  const resources = new AsyncDisposableStack()
  const clock = createClock()
  const studio = resources.use(new PictureStudio())
  const poster = resources.use(createWebhookPoster())
  const timers = resources.use(new Timers())
  const activity = new Activity()
  const containers = createContainerStore(clock)
  const truth = createArtifactTruth()
  const responses = createResponseStore(clock)
  const endpoints = createEndpointStore(clock)
  const webhooks = createWebhookSender({ endpoints, poster, timers, activity, retryScheduleMs: settings.retryScheduleMs })
  const announcer = createAnnouncer({ webhooks, endpoints, timers })
  const answers = { studio, memory: createPictureMemory(), containers, truth, seed: settings.seed }
  const runner = createResponseRunner({ timers, activity, clock, announcer, answers, responses, defaultDelayMs: settings.defaultDelayMs })
  const creates = new Map<string, number>()
  for (const [index, { url, secret, eventTypes = EVENT_TYPES }] of settings.webhooks.entries()) {
    endpoints.create({ name: `endpoint ${index + 1}`, url, eventTypes, secret })
  }
  return {
    settings,
    clock,
    timers,
    activity,
    containers,
    truth,
    endpoints,
    webhooks,
    runner,
    creates,
    strikes: createStrikes(),
    responses,
    outage: createOutageSwitch(),
    requests: [],
    defaults: { metadata: {} },
    countCreate: (job) => {
      if (job !== undefined) setBounded(creates, { key: job, value: (creates.get(job) ?? 0) + 1, max: 100_000 })
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
