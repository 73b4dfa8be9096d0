import { hurry } from './commit-then-queue.ts'
import type { ClaimedDelivery } from './callback-store.ts'
import type { Context } from './context.ts'
import { deskOf } from './deliver-desk.ts'
import type { Desk } from './deliver-desk.ts'
import type { Lane } from './deliver-lane.ts'
import { deliverOnce } from './deliver-once.ts'
import type { OnceOutcome, SignAttempt } from './deliver-once.ts'
import { millisUntil, secondsAfter } from './time.ts'

/** For how long an entry goes on with what waits for the same target; then another entry does. */
const SHIFT_SECONDS = 2
const REFILL = 100
/** So many that were not ours to send: what waits here is out of date, and the rows know better. */
const MOST_MISSES = 3

interface Shift {
  app: Context
  desk: Desk
  lane: Lane
  sign: SignAttempt
  signal: AbortSignal
  endsAt: Date
  /** All that send in this shift. */
  runners: Promise<unknown>[]
}

/**
 * Sends a delivery, and then what waits for the same target. Where the target has as many attempts under way as it may have, the
 * delivery waits in memory and costs nobody a place: it is sent by whoever is done there, and found by the sweep should all of them die.
 */
export async function deliver(
  app: Context,
  { deliveryId, targetId, sign, signal }: { deliveryId: string; targetId?: string | undefined; sign: SignAttempt; signal: AbortSignal },
): Promise<{ outcome: string }> {
  const desk = deskOf(app)
  const target = targetId ?? (await desk.targetOf(deliveryId))
  if (target === null) return { outcome: 'nothing_to_do' }
  const lane = desk.lanes.of(target)
  if (!lane.begin(deliveryId)) return { outcome: 'waiting' }
  const shift: Shift = { app, desk, lane, sign, signal, endsAt: secondsAfter(app.clock.now(), SHIFT_SECONDS), runners: [] }
  try {
    return { outcome: await run(shift, deliveryId) }
  } finally {
    for (let runner = shift.runners.shift(); runner !== undefined; runner = shift.runners.shift()) await runner.catch(() => undefined)
    await handOver(shift)
  }
}

/** Sends one after the other as long as the shift lasts; the outcome is that of the first. */
async function run(shift: Shift, first: string): Promise<OnceOutcome['outcome']> {
  const { lane } = shift
  let outcome: OnceOutcome['outcome'] | null = null
  let written: Promise<void> = Promise.resolve()
  let ahead: Ahead | null = claimAhead(shift, first)
  try {
    while (ahead !== null) {
      const claimed = await ahead.claimed
      const { deliveryId } = ahead
      // The next is claimed, and the last one written down, while this one is under way.
      ahead = claimAhead(shift, await nextFor(shift))
      const [done]: [OnceOutcome, void] = await Promise.all([sendOne(shift, { deliveryId, claimed }), written])
      outcome ??= done.outcome
      if (done.stop) {
        await giveBack(shift, ahead)
        ahead = null
        await comeBack(shift, { until: done.stop.until, putOff: done.outcome === 'put_off' ? deliveryId : null })
      }
      written = takeIn(shift, done)
      heard(written)
      if (ahead !== null) continue
      // What waited behind the last one is known only now.
      await written
      ahead = claimAhead(shift, await nextFor(shift))
    }
    return outcome ?? 'nothing_to_do'
  } finally {
    await written.catch(() => undefined)
    // Claimed and not sent, for something broke: it is sent when its claim has run out.
    if (ahead !== null) lane.sent(ahead.deliveryId)
    lane.end()
  }
}

interface Ahead {
  deliveryId: string
  claimed: Promise<ClaimedDelivery | null>
}

function claimAhead({ desk }: Shift, deliveryId: string | null): Ahead | null {
  if (deliveryId === null) return null
  const claimed = desk.claim(deliveryId)
  claimed.catch(() => undefined)
  return { deliveryId, claimed }
}

async function sendOne(
  { app, desk, lane, sign, signal }: Shift,
  { deliveryId, claimed }: { deliveryId: string; claimed: ClaimedDelivery | null },
): Promise<OnceOutcome> {
  try {
    const done = await deliverOnce(app, claimed, { desk, sign, signal })
    heard(done.written)
    lane.misses = claimed === null ? lane.misses + 1 : 0
    if (done.outcome === 'delivered') lane.took()
    else if (claimed !== null) lane.failed()
    return done
  } finally {
    lane.sent(deliveryId)
  }
}

/** It may fail while its runner is busy elsewhere, or has failed already; whoever waits for it is told all the same. */
function heard(written: Promise<unknown> | undefined): void {
  written?.catch(() => undefined)
}

async function takeIn({ lane }: Shift, { written, stop }: OnceOutcome): Promise<void> {
  const { nextId = null, recovered = false } = (await written) ?? {}
  if (nextId !== null && stop === undefined) lane.line(nextId)
  if (recovered) lane.more = true
}

async function nextFor(shift: Shift): Promise<string | null> {
  if (isOver(shift)) return null
  await refill(shift)
  inviteOthers(shift)
  return shift.lane.next()
}

/** What was claimed ahead is nobody's again. */
async function giveBack({ app, lane }: Shift, ahead: Ahead | null): Promise<void> {
  if (ahead === null) return
  const claimed = await ahead.claimed
  lane.sent(ahead.deliveryId)
  if (claimed === null) return
  await app.store.deliveries.putOff([ahead.deliveryId], { dueAt: claimed.delivery.dueAt ?? app.clock.now() })
  lane.line(ahead.deliveryId)
}

/** What waits here waits in the rows as well: one entry, at the end of the hold, brings all of it back. */
async function comeBack({ app, lane }: Shift, { until, putOff }: { until: Date | null; putOff: string | null }): Promise<void> {
  const next = putOff ?? lane.peek()
  lane.forget({ more: false })
  if (until === null || next === null) return
  const delayMs = millisUntil(until, app.clock.now())
  const payload = { deliveryId: next, targetId: lane.targetId }
  await hurry(app, [{ name: 'deliver', payload, delayMs, dedupe: `${lane.targetId}-held` }])
}

/** A target that took one gets more at a time: each more is sent by a runner of its own. */
function inviteOthers(shift: Shift): void {
  for (let next = shift.lane.join(); next !== null; next = shift.lane.join()) {
    const runner = run(shift, next)
    runner.catch((error: unknown) => shift.app.log.warn({ error, target_id: shift.lane.targetId }, 'callback.not_sent'))
    shift.runners.push(runner)
  }
}

async function refill({ app, lane }: Shift): Promise<void> {
  if (lane.misses > MOST_MISSES) lane.forget({ more: true })
  if (!lane.needsRefill) return
  lane.misses = 0
  lane.more = false
  const due = await app.store.deliveries.listDue(lane.targetId, { now: app.clock.now(), limit: REFILL })
  for (const id of due) lane.line(id)
  lane.more = due.length === REFILL
}

function isOver({ app, endsAt, signal }: Shift): boolean {
  return signal.aborted || app.clock.now() >= endsAt
}

/** The last to leave has another entry go on with what still waits. */
async function handOver(shift: Shift): Promise<void> {
  const { app, desk, lane, signal } = shift
  if (!lane.isIdle) return
  if (!signal.aborted) await refill(shift)
  const next = signal.aborted ? null : lane.peek()
  if (next !== null) await hurry(app, [{ name: 'deliver', payload: { deliveryId: next, targetId: lane.targetId } }])
  desk.lanes.tidy(lane)
}
