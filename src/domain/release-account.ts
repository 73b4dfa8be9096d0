import { hurry } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import type { Hold } from './hold-model.ts'
import { probeAgain } from './held-until.ts'
import { isByRun, isEased, isInForce } from './hold-model.ts'
import type { AccountNews } from './judge-create.ts'
import type { QueueEntry } from './ports.ts'
import { secondsAfter } from './time.ts'

/** Woken at once when a hold ends, and again by each sweep: ten thousand do not come in one second. */
const AT_ONCE = 100
/** For so long after its end a hold looks for turns that were parked in that very moment. */
const LINGER_SECONDS = 60
/** A hold that is due and that nobody waits for is forgotten after this; so is a count that came to nothing. */
const IDLE_SECONDS = 600
const COUNT_SECONDS = 3_600
/** After a create that shows nothing of the quota, the next one is let through when its run may have failed. */
const RUN_SHOWS_SECONDS = 60

/** What a create that was answered tells of the holds it was sent under: they end, or are tried out again. */
export async function heedAnswer(
  app: Context,
  { sentAt, known, news }: { sentAt: Date; known: Hold[]; news: AccountNews['news'] },
): Promise<void> {
  for (const hold of known.filter((one) => !isEased(one))) {
    const shows = news === 'taken' ? !isByRun(hold) : hold.reason === 'outage' || hold.reason === 'auth_failed'
    if (shows) await easeHold(app, { hold, sentAt })
    else if (isInForce(hold)) await probeAgain(app, { hold, at: secondsAfter(app.clock.now(), news === 'taken' ? RUN_SHOWS_SECONDS : 0) })
  }
}

/** A run that ended for another reason than quota shows that there is some. */
export async function heedRun(app: Context, { account, sentAt }: { account: string; sentAt: Date }): Promise<void> {
  for (const hold of await app.store.holds.find({ account, model: '' })) {
    if (isByRun(hold) && !isEased(hold)) await easeHold(app, { hold, sentAt })
  }
}

/** Ends a hold that has not been struck since `sentAt`, and wakes the first of those it held. */
async function easeHold(app: Context, { hold, sentAt }: { hold: Hold; sentAt: Date }): Promise<void> {
  const at = app.clock.now()
  if (!(await app.store.holds.ease(hold, { at, before: sentAt }))) return
  const { account, model, reason } = hold
  if (isInForce(hold)) app.log.info({ account, model, reason }, 'account.released')
  await hurry(app, await wake(app, { hold, limit: AT_ONCE, first: 'urgent' }))
}

interface Waking {
  hold: Hold
  limit: number
  first: 'urgent' | 'untried'
}

async function wake(app: Context, { hold: { account, model }, limit, first }: Waking): Promise<QueueEntry[]> {
  const woken = await app.store.turns.wakeHeld({ account, model, now: app.clock.now(), limit, first })
  return woken.map((turnId) => ({ name: 'submit-job', payload: { turnId }, dedupe: `${turnId}-woken` }))
}

/** For the sweep: wakes a probe for each hold that is due, goes on waking where one has ended, and forgets what nobody waits for. */
export async function tendHolds(app: Context): Promise<QueueEntry[]> {
  const entries: QueueEntry[] = []
  for (const hold of await app.store.holds.list()) {
    const found = await tend(app, hold)
    entries.push(...found)
  }
  return entries
}

async function tend(app: Context, hold: Hold): Promise<QueueEntry[]> {
  const now = app.clock.now()
  if (isInForce(hold)) {
    if (hold.heldUntil > now) return []
    // One that was tried less, lest the one whose fault it is be every probe.
    const woken = await wake(app, { hold, limit: 1, first: 'untried' })
    if (woken.length === 0 && hold.heldUntil < secondsAfter(now, -IDLE_SECONDS)) await app.store.holds.remove(hold)
    return woken
  }
  const woken = isEased(hold) ? await wake(app, { hold, limit: AT_ONCE, first: 'urgent' }) : []
  const kept = isEased(hold) ? LINGER_SECONDS : COUNT_SECONDS
  if (woken.length === 0 && hold.updatedAt < secondsAfter(now, -kept)) await app.store.holds.remove(hold)
  return woken
}
