import type { Context } from './context.ts'
import { hurry } from './commit-then-queue.ts'
import type { InboxEntry, InboxOutcome } from './model.ts'

const MAX_FIELD = 256

export interface VerifiedWebhook {
  account: string
  webhookId: string
  sentAt: Date
  rawBody: Uint8Array
}

/** The row of a verified webhook. A body that cannot be read is kept, and handled by being set aside. */
export function inboxEntry(app: Context, webhook: VerifiedWebhook): InboxEntry {
  const receivedAt = app.clock.now()
  const body = new TextDecoder().decode(webhook.rawBody)
  const event = readEvent(body)
  return {
    id: app.ids.next('inb'),
    webhookId: webhook.webhookId,
    account: webhook.account,
    body,
    eventType: event?.type ?? null,
    responseId: event?.responseId ?? null,
    sentAt: webhook.sentAt,
    receivedAt,
    attempts: 0,
    dueAt: event === null ? null : receivedAt,
    handledAt: event === null ? receivedAt : null,
    outcome: event === null ? ('quarantined' satisfies InboxOutcome) : null,
  }
}

function readEvent(body: string): { type: string | null; responseId: string | null } | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    return null
  }
  const event = asRecord(parsed)
  if (event === null) return null
  return { type: asText(event.type), responseId: asText(asRecord(event.data)?.id) }
}

function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
}

function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= MAX_FIELD ? value : null
}

/** All webhooks waiting at this moment, in one insert. Resolves when they are durable. */
export async function receiveEvents(app: Context, entries: InboxEntry[]): Promise<void> {
  const fresh = new Set(await app.store.inbox.insert(entries))
  for (const { id, sentAt, receivedAt } of entries) {
    app.meter.count('webhooks', { outcome: fresh.has(id) ? 'accepted' : 'duplicate' })
    app.meter.observe('webhook_age_seconds', {}, (receivedAt.getTime() - sentAt.getTime()) / 1000)
  }
  const toHandle = entries.filter((entry) => fresh.has(entry.id) && entry.handledAt === null)
  // Not awaited: the queue's health must not change the answer.
  void hurry(
    app,
    toHandle.map(({ id }) => ({ name: 'handle-event', payload: { inboxId: id }, dedupe: id })),
  )
}
