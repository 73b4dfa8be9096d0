import type { Activity } from '../activity.ts'
import { appendBounded } from '../bounded.ts'
import { newId } from '../ids.ts'
import type { Timers } from '../timers.ts'
import type { Endpoint, EndpointStore } from './endpoint-store.ts'
import type { WebhookPoster } from './post-webhook.ts'
import { signWebhook } from './sign-webhook.ts'
import { spacedJson, type WebhookEvent } from './webhook-event.ts'

const USER_AGENT = 'OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)'
const MOST_LOGGED = 20_000

/** One attempt to deliver, as it went. */
export interface DeliveryRecord {
  endpointId: string
  url: string
  webhookId: string
  eventId: string
  type: string
  responseId: string | null
  attempt: number
  status: number | null
  error: string | null
  at: number
  /** What is wrong with it on purpose. */
  flaw: string | null
}

/** How this delivery differs from an honest one. */
export interface Flaw {
  name: string
  secondsOff?: number
  secrets?: readonly string[]
  unsigned?: boolean
  body?: string
}

export interface Delivery {
  event: WebhookEvent
  webhookId?: string
  flaw?: Flaw
}

export interface WebhookSender {
  readonly log: readonly DeliveryRecord[]
  /** Delivers to every endpoint that wants the type, with retries; resolves after the first attempts. */
  send(delivery: Delivery): Promise<void>
  /** One attempt at one endpoint, without retries. */
  attempt(endpoint: Endpoint, delivery: Delivery): Promise<DeliveryRecord>
  /** While held, nothing is delivered; letting go sends what has waited. */
  hold(held: boolean): void
}

export interface WebhookSenderDeps {
  endpoints: EndpointStore
  poster: WebhookPoster
  timers: Timers
  activity: Activity
  retryScheduleMs: readonly number[]
}

export function createWebhookSender({ endpoints, poster, timers, activity, retryScheduleMs }: WebhookSenderDeps): WebhookSender {
  const log: DeliveryRecord[] = []
  let gate: PromiseWithResolvers<void> | undefined
  timers.signal.addEventListener('abort', () => gate?.resolve(), { once: true })

  async function attempt(endpoint: Endpoint, { event, webhookId = newId('wh'), flaw }: Delivery, number = 1): Promise<DeliveryRecord> {
    const body = flaw?.body ?? spacedJson(event)
    const at = new Date(Date.now() + (flaw?.secondsOff ?? 0) * 1000)
    const signature = signWebhook({ id: webhookId, at, body, secrets: flaw?.secrets ?? endpoints.secretsOf(endpoint) })
    const signed = { 'webhook-id': webhookId, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': signature }
    const headers = { 'user-agent': USER_AGENT, 'content-type': 'application/json', ...(flaw?.unsigned === true ? {} : signed) }
    const posted = await poster.post(endpoint.url, { headers, body, signal: timers.signal })
    const responseId = typeof event.data.id === 'string' ? event.data.id : null
    const record: DeliveryRecord = {
      endpointId: endpoint.id,
      url: endpoint.url,
      webhookId,
      eventId: event.id,
      type: event.type,
      responseId,
      attempt: number,
      ...posted,
      at: Date.now(),
      flaw: flaw?.name ?? null,
    }
    appendBounded(log, record, MOST_LOGGED)
    return record
  }

  async function retry(endpoint: Endpoint, delivery: Delivery): Promise<void> {
    for (const [index, delay] of retryScheduleMs.entries()) {
      await timers.sleep(delay)
      await gate?.promise
      if (timers.closed) return
      const record = await attempt(endpoint, delivery, index + 2)
      if (delivered(record)) return
    }
  }

  async function deliver(endpoint: Endpoint, delivery: Delivery): Promise<void> {
    const named = { webhookId: newId('wh'), ...delivery }
    await gate?.promise
    if (timers.closed) return
    const first = await attempt(endpoint, named)
    if (!delivered(first) && delivery.flaw === undefined) activity.track(retry(endpoint, named))
  }

  return {
    log,
    attempt: (endpoint, delivery) => attempt(endpoint, delivery),
    send: async (delivery) => {
      const wanted = endpoints.list().filter((endpoint) => delivery.flaw !== undefined || endpoint.eventTypes.includes(delivery.event.type))
      await Promise.all(wanted.map((endpoint) => deliver(endpoint, delivery)))
    },
    hold: (held) => {
      if (held) gate ??= Promise.withResolvers()
      else {
        gate?.resolve()
        gate = undefined
      }
    },
  }
}

function delivered({ status }: DeliveryRecord): boolean {
  return status !== null && status >= 200 && status < 300
}
