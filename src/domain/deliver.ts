import { hurry } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { isOwed } from './due.ts'
import type { Delivery, DeliveryAttempt } from './callback-model.ts'
import { GONE } from './plan-deliveries.ts'
import type { SendOutcome } from './ports.ts'
import { millisUntil, secondsAfter } from './time.ts'

const CLAIM_SECONDS = 60
const JITTER = 0.2
const MAX_RETRY_AFTER_SECONDS = 86_400

/** Signs one attempt; the id is the delivery's, so it stays the same over all of them. */
export type SignAttempt = (message: { id: string; timestamp: Date; body: string; secret: string }) => Record<string, string>

/** One attempt at one delivery. What the other side does is an outcome, kept as a row, never a fault. */
export async function deliver(
  app: Context,
  { deliveryId, sign, signal }: { deliveryId: string; sign: SignAttempt; signal: AbortSignal },
): Promise<{ outcome: string }> {
  const startedAt = app.clock.now()
  const planned = await app.store.deliveries.get(deliveryId)
  if (planned === null || !isOwed(planned, startedAt)) return { outcome: 'nothing_to_do' }
  const delivery = await app.store.deliveries.claim(deliveryId, { now: startedAt, until: secondsAfter(startedAt, CLAIM_SECONDS) })
  if (delivery === null) return { outcome: 'nothing_to_do' }
  const tenant = await app.store.tenants.get(delivery.tenantId)
  if (tenant === null) throw new Error(`tenant ${delivery.tenantId} of delivery ${delivery.id} is missing`)
  const secret = app.vault.open(tenant.sealedCallbackSecret)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Longhaul/1 (+webhooks)',
    ...sign({ id: delivery.id, timestamp: startedAt, body: delivery.payload, secret }),
  }
  const sent = await app.sender.send({ url: delivery.url, headers, body: delivery.payload, signal })
  if (sent.outcome === 'failed' && sent.reason === 'aborted') return handBack(app, delivery)
  return record(app, { delivery, sent, startedAt })
}

async function record(
  app: Context,
  { delivery, sent, startedAt }: { delivery: Delivery; sent: SendOutcome; startedAt: Date },
): Promise<{ outcome: string }> {
  const number = delivery.attempts + 1
  const now = app.clock.now()
  const ok = sent.outcome === 'replied' && sent.status >= 200 && sent.status < 300
  const gone = sent.outcome === 'replied' && sent.status === GONE
  const wait = ok || gone ? null : waitBefore(app, { attempt: number, sent })
  const dueAt = wait === null ? null : secondsAfter(now, wait)
  const state = ok ? 'delivered' : dueAt === null ? 'failed' : 'pending'
  await app.store.deliveries.recordAttempt(attemptRow({ delivery, number, sent, startedAt, ok }), {
    state,
    dueAt,
    finishedAt: state === 'pending' ? null : now,
  })
  if (gone && delivery.jobId !== null) await app.store.deliveries.failPendingForJob(delivery.jobId, now)
  if (dueAt !== null) {
    const dedupe = `${delivery.id}-${number}`
    await hurry(app, [{ name: 'deliver', payload: { deliveryId: delivery.id }, dedupe, delayMs: millisUntil(dueAt, now) }])
  }
  return { outcome: state }
}

/** Seconds until the next attempt, or null when the schedule is used up. */
function waitBefore(app: Context, { attempt, sent }: { attempt: number; sent: SendOutcome }): number | null {
  const planned = app.rules.callbackScheduleSeconds[attempt]
  if (planned === undefined) return null
  const jittered = planned * (1 - JITTER + 2 * JITTER * app.random.next())
  const asked = sent.outcome === 'replied' ? Number(sent.headers['retry-after']) : Number.NaN
  return Number.isFinite(asked) && asked > 0 ? Math.max(jittered, Math.min(asked, MAX_RETRY_AFTER_SECONDS)) : jittered
}

function attemptRow({
  delivery,
  number,
  sent,
  startedAt,
  ok,
}: {
  delivery: Delivery
  number: number
  sent: SendOutcome
  startedAt: Date
  ok: boolean
}): DeliveryAttempt {
  const base = { deliveryId: delivery.id, number, startedAt, durationMs: Math.round(sent.durationMs) }
  if (sent.outcome === 'failed')
    return { ...base, status: null, outcome: sent.reason, message: sent.message, replyHeaders: {}, replyBody: '' }
  const redirect = sent.status >= 300 && sent.status < 400
  return {
    ...base,
    status: sent.status,
    outcome: ok ? 'ok' : redirect ? 'redirect' : 'status',
    message: redirect ? 'redirects are not followed: register the address it points to' : null,
    replyHeaders: sent.headers,
    replyBody: sent.body,
  }
}

/** We are stopping: the attempt was ours to break off and does not count. */
async function handBack(app: Context, delivery: Delivery): Promise<{ outcome: string }> {
  await hurry(app, [
    { name: 'deliver', payload: { deliveryId: delivery.id }, dedupe: `${delivery.id}-back`, delayMs: CLAIM_SECONDS * 1000 },
  ])
  return { outcome: 'handed_back' }
}
