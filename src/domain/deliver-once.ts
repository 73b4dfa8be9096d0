import type { Endpoint } from './callback-model.ts'
import type { ClaimedDelivery } from './callback-store.ts'
import { hurry } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { claimSeconds } from './deliver-desk.ts'
import type { Desk } from './deliver-desk.ts'
import { disableEndpoint, endPending } from './disable-endpoint.ts'
import { noteFailure, noteSuccess } from './hold-target.ts'
import { attemptRow, judgeAttempt, SECRET_UNREADABLE } from './judge-attempt.ts'
import type { AttemptJudgement } from './judge-attempt.ts'
import { openSealed } from './open-sealed.ts'
import type { SendOutcome } from './ports.ts'
import { laterOf, millisUntil, secondsAfter } from './time.ts'
import { waitForSlot } from './wait-for-slot.ts'

/** An endpoint that never once worked for so long is not tried any more. */
const FAILING_SECONDS = 5 * 86_400

/** Signs one attempt; the id is the delivery's, so it stays the same over all of them. */
export type SignAttempt = (message: { id: string; timestamp: Date; body: string; secret: readonly string[] }) => Record<string, string>

export interface Sending {
  desk: Desk
  sign: SignAttempt
  signal: AbortSignal
}

export interface OnceOutcome {
  outcome: 'delivered' | 'pending' | 'failed' | 'nothing_to_do' | 'put_off' | 'handed_back'
  /** Written by now, or about to be: what is sent next need not wait for it. */
  written?: Promise<Written>
  /** Nothing goes to the target before then; null: not by itself. */
  stop?: { until: Date | null }
}

export interface Written {
  /** Waited behind this one, and may go now. */
  nextId: string | null
  /** The target failed before and works again: what waited for that may go. */
  recovered: boolean
}

/** One attempt at one delivery. What the other side does is an outcome, kept as a row, never a fault. */
export async function deliverOnce(app: Context, claimed: ClaimedDelivery | null, sending: Sending): Promise<OnceOutcome> {
  if (claimed === null) return { outcome: 'nothing_to_do' }
  const { delivery, endpoint } = claimed
  if (delivery.endpointId !== null && (endpoint === null || endpoint.disabledAt !== null)) {
    await endPending(app, { targetId: delivery.targetId, reason: endpoint === null ? 'endpoint_deleted' : 'endpoint_disabled' })
    return { outcome: 'failed', stop: { until: null } }
  }
  if (endpoint?.ratePerSecond != null) {
    const { putOffTo } = await waitForSlot(app, { endpoint, rate: endpoint.ratePerSecond, signal: sending.signal })
    if (putOffTo !== null) return putOff(app, claimed, putOffTo)
  }
  const startedAt = app.clock.now()
  const sent = await send(app, claimed, { ...sending, startedAt })
  if (sent.outcome === 'failed' && sent.reason === 'aborted') return handBack(app, claimed)
  return record(app, claimed, { desk: sending.desk, sent, startedAt })
}

async function send(
  app: Context,
  claimed: ClaimedDelivery,
  { sign, signal, startedAt }: { sign: SignAttempt; signal: AbortSignal; startedAt: Date },
): Promise<SendOutcome> {
  const { delivery } = claimed
  const sealed = openSealed(app, claimed)
  if (sealed.outcome === 'failed') return sealed
  const headers = {
    ...sealed.headers,
    'content-type': 'application/json',
    'user-agent': 'Longhaul/1 (+webhooks)',
    ...sign({ id: delivery.id, timestamp: startedAt, body: delivery.payload, secret: sealed.secrets }),
  }
  return app.sender.send({ url: urlOf(claimed), headers, body: delivery.payload, signal })
}

/** Where the endpoint is now, which may be elsewhere than when it was planned. */
function urlOf({ delivery, endpoint }: ClaimedDelivery): string {
  return endpoint?.url ?? delivery.url
}

async function record(
  app: Context,
  claimed: ClaimedDelivery,
  { desk, sent, startedAt }: { desk: Desk; sent: SendOutcome; startedAt: Date },
): Promise<OnceOutcome> {
  const { delivery } = claimed
  const now = app.clock.now()
  const { callbackScheduleSeconds: scheduleSeconds } = app.rules
  const judgement = judgeAttempt(sent, { tries: delivery.tries, scheduleSeconds, chance: app.random.next(), now })
  const dueAt = judgement.waitSeconds === null ? null : secondsAfter(now, judgement.waitSeconds)
  const state = judgement.verdict === 'delivered' ? 'delivered' : dueAt === null ? 'failed' : 'pending'
  const attempt = attemptRow(delivery, { sent, startedAt })
  app.meter.count('callback_attempts', { outcome: attempt.outcome })
  const finishedAt = state === 'pending' ? null : now
  const writing = desk.record({ attempt, next: { state, dueAt, finishedAt, url: urlOf(claimed) } })
  if (state === 'delivered') return { outcome: state, written: afterSuccess(app, { claimed, startedAt, writing }) }
  const nextId = await writing
  const heldUntil = attempt.outcome === SECRET_UNREADABLE ? null : await afterFailure(app, claimed, judgement)
  if (dueAt !== null) {
    const payload = { deliveryId: delivery.id, targetId: delivery.targetId || undefined }
    const delayMs = millisUntil(laterOf(dueAt, heldUntil), now)
    await hurry(app, [{ name: 'deliver', payload, dedupe: `${delivery.id}-${attempt.number}`, delayMs }])
  }
  if (judgement.verdict === 'gone') return { outcome: state, stop: { until: null } }
  const written = Promise.resolve({ nextId, recovered: false })
  return { outcome: state, written, ...(heldUntil !== null && heldUntil > now && { stop: { until: heldUntil } }) }
}

async function afterSuccess(
  app: Context,
  { claimed, startedAt, writing }: { claimed: ClaimedDelivery; startedAt: Date; writing: Promise<string | null> },
): Promise<Written> {
  return { nextId: await writing, recovered: await noteSuccess(app, { target: claimed.target, startedAt }) }
}

/** What a failed attempt means for all that goes there; until when nothing does. */
async function afterFailure(
  app: Context,
  { delivery, endpoint, target }: ClaimedDelivery,
  judgement: AttemptJudgement,
): Promise<Date | null> {
  if (judgement.verdict === 'gone') {
    if (endpoint !== null) await disableEndpoint(app, { endpoint, reason: 'gone' })
    else if (delivery.jobId !== null) await app.store.deliveries.failPendingForJob(delivery.jobId, app.clock.now())
    return null
  }
  const known = await noteFailure(app, { delivery, target, slowDown: judgement.slowDown })
  if (endpoint !== null && isFailingForLong(app, known.failingSince)) await disableIfStillFailing(app, endpoint)
  return known.heldUntil
}

function isFailingForLong(app: Context, failingSince: Date | null): boolean {
  return failingSince !== null && secondsAfter(failingSince, FAILING_SECONDS) <= app.clock.now()
}

/** What was claimed a quarter of a minute ago may be told wrong by another attempt meanwhile. */
async function disableIfStillFailing(app: Context, endpoint: Endpoint): Promise<void> {
  const target = await app.store.targets.get(endpoint.id)
  if (isFailingForLong(app, target?.failingSince ?? null)) await disableEndpoint(app, { endpoint, reason: 'failing' })
}

/** Others took its turns: no attempt was made, and none is counted. */
async function putOff(app: Context, { delivery }: ClaimedDelivery, dueAt: Date): Promise<OnceOutcome> {
  await app.store.deliveries.putOff([delivery.id], { dueAt })
  return { outcome: 'put_off', stop: { until: dueAt } }
}

/** We are stopping: the attempt was ours to break off and does not count. */
async function handBack(app: Context, { delivery }: ClaimedDelivery): Promise<OnceOutcome> {
  const payload = { deliveryId: delivery.id, targetId: delivery.targetId || undefined }
  await hurry(app, [{ name: 'deliver', payload, dedupe: `${delivery.id}-back`, delayMs: claimSeconds(app) * 1000 }])
  return { outcome: 'handed_back', stop: { until: null } }
}
