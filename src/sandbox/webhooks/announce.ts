import type { StoredResponse } from '../responses/stored-response.ts'
import type { Scenario } from '../scenarios.ts'
import type { Timers } from '../timers.ts'
import { newId } from '../ids.ts'
import { newSecret, type EndpointStore } from './endpoint-store.ts'
import { newEvent, spacedJson, type WebhookEvent } from './webhook-event.ts'
import type { Flaw, WebhookSender } from './webhook-sender.ts'

export interface Announcer {
  /** Sends the event of a response that has become final, with the faults its request asked for. */
  announce(response: StoredResponse): Promise<void>
}

export interface AnnouncerDeps {
  webhooks: WebhookSender
  endpoints: EndpointStore
  timers: Timers
}

export function createAnnouncer({ webhooks, endpoints, timers }: AnnouncerDeps): Announcer {
  // Events that wait to be overtaken; the next true delivery lets them go.
  const overtaken = new Set<AbortController>()

  async function holdBack(scenario: Scenario): Promise<void> {
    await timers.sleep(scenario.n('webhook_late'))
    if (!scenario.has('webhook_out_of_order')) return
    const waiting = new AbortController()
    overtaken.add(waiting)
    await timers.sleep(scenario.n('webhook_out_of_order'), waiting.signal)
    overtaken.delete(waiting)
  }

  async function sendFlawed(event: WebhookEvent, scenario: Scenario): Promise<void> {
    for (const flaw of flawsOf(event, scenario)) await webhooks.send({ event, flaw })
    if (scenario.has('webhook_unknown_type')) {
      const unknown = newEvent('response.pondered', event.data)
      await webhooks.send({ event: unknown, flaw: { name: 'webhook_unknown_type' } })
    }
    if (scenario.has('webhook_foreign')) {
      await webhooks.send({ event: newEvent(event.type, { id: newId('resp') }), flaw: { name: 'webhook_foreign' } })
    }
  }

  return {
    announce: async ({ body, scenario }) => {
      const type = scenario.has('webhook_wrong_type') ? oppositeOf(body.status) : `response.${body.status}`
      const event = newEvent(type, { id: body.id })
      await holdBack(scenario)
      await sendFlawed(event, scenario)
      if (scenario.has('webhook_none') || timers.closed) return
      const webhookId = newId('wh')
      for (let copy = Math.max(1, scenario.n('webhook_duplicate')); copy > 0; copy -= 1) {
        if (scenario.has('webhook_two_signatures')) await sendTwiceSigned({ event, webhookId })
        else await webhooks.send({ event, webhookId })
      }
      if (scenario.has('webhook_copy')) await webhooks.send({ event })
      for (const waiting of overtaken) waiting.abort()
    },
  }

  async function sendTwiceSigned({ event, webhookId }: { event: WebhookEvent; webhookId: string }): Promise<void> {
    for (const endpoint of endpoints.list()) {
      const secrets = [newSecret(), ...endpoints.secretsOf(endpoint)]
      await webhooks.attempt(endpoint, { event, webhookId, flaw: { name: 'webhook_two_signatures', secrets } })
    }
  }
}

function flawsOf(event: WebhookEvent, scenario: Scenario): Flaw[] {
  const flaws: Flaw[] = []
  if (scenario.has('webhook_stale')) flaws.push({ name: 'webhook_stale', secondsOff: -600 })
  if (scenario.has('webhook_future')) flaws.push({ name: 'webhook_future', secondsOff: 600 })
  if (scenario.has('webhook_forged')) flaws.push({ name: 'webhook_forged', secrets: [newSecret()] })
  if (scenario.has('webhook_unsigned')) flaws.push({ name: 'webhook_unsigned', unsigned: true })
  if (scenario.has('webhook_not_json')) flaws.push({ name: 'webhook_not_json', body: 'response completed, good luck' })
  if (scenario.has('webhook_huge')) {
    const padding = 'x'.repeat(Math.max(0, scenario.n('webhook_huge') - 300))
    flaws.push({ name: 'webhook_huge', body: spacedJson({ ...event, data: { ...event.data, padding } }) })
  }
  return flaws
}

function oppositeOf(status: string): string {
  return status === 'completed' ? 'response.failed' : 'response.completed'
}
