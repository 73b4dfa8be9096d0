import type { Endpoint, Replay } from './callback-model.ts'
import { commitThenQueue, hurry } from './commit-then-queue.ts'
import type { Unit } from './commit-then-queue.ts'
import type { Context } from './context.ts'
import { decodeReplayCursor, encodeReplayCursor } from './replay-model.ts'
import type { ReplayCursor } from './replay-model.ts'
import { planMissing } from './replay-missing.ts'
import { laterOf, millisUntil, secondsAfter } from './time.ts'

const BATCH = 200
/** Events are everybody's: so many are looked at for those of one tenant. */
const SCAN = 2_000
/** Then others have their turn. */
const MOST_PARTS = 50
const CLAIM_SECONDS = 60
/** Where the endpoint has no rate of its own. */
const PER_SECOND = 50
const STATES = { failed: ['failed'], all: ['delivered', 'failed'] } as const

interface Step {
  replay: Replay
  endpoint: Endpoint
  cursor: ReplayCursor
}

/** Asks for a span of callbacks again, a part at a time: each part and how far it has got are one transaction. */
export async function replayCallbacks(
  app: Context,
  { replayId, signal }: { replayId: string; signal: AbortSignal },
): Promise<{ outcome: string }> {
  const now = app.clock.now()
  let replay = await app.store.replays.claim(replayId, { now, until: secondsAfter(now, CLAIM_SECONDS) })
  if (replay === null) return { outcome: 'nothing_to_do' }
  for (let part = 0; replay?.state === 'running' && part < MOST_PARTS && !signal.aborted; part += 1) {
    replay = await nextPart(app, replay)
    await breath()
  }
  if (replay?.state !== 'running') return { outcome: 'done' }
  await app.store.replays.update(replay.id, { claimedUntil: null })
  await hurry(app, [{ name: 'replay-callbacks', payload: { replayId } }])
  return { outcome: signal.aborted ? 'interrupted' : 'goes_on' }
}

/** The embedded database answers without letting go of the thread: everything else goes on in between. */
function breath(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

async function nextPart(app: Context, replay: Replay): Promise<Replay | null> {
  const endpoint = await app.store.endpoints.get(replay.endpointId)
  if (endpoint === null) return null
  const cursor: ReplayCursor =
    replay.cursor === null ? { part: replay.filter === 'missing' ? 'missing' : 'sent', after: null } : decodeReplayCursor(replay.cursor)
  // Whoever disables it wants nothing sent; what was asked for until then ends by itself.
  if (endpoint.disabledAt !== null) return finish(app, replay)
  return commitThenQueue(app, async (unit) => {
    const step = { replay, endpoint, cursor }
    const { planned, next } = cursor.part === 'sent' ? await askForSent(app, unit, step) : await askForMissing(app, unit, step)
    const now = app.clock.now()
    const set = {
      planned: replay.planned + planned,
      cursor: next && encodeReplayCursor(next),
      claimedUntil: secondsAfter(now, CLAIM_SECONDS),
      dueAt: now,
      ...(next === null && ended(now)),
    }
    await unit.tx.replays.update(replay.id, set)
    return { ...replay, ...set }
  })
}

interface Part {
  planned: number
  /** Null: there is nothing left. */
  next: ReplayCursor | null
}

async function askForSent(app: Context, { tx, entries }: Unit, { replay, endpoint, cursor }: Step): Promise<Part> {
  const states = [...STATES[replay.filter === 'all' ? 'all' : 'failed']]
  const found = await tx.replays.listFinished(replay, { states, after: cursor.after, limit: BATCH })
  const asked = found.map(({ id }, index) => ({ id, dueAt: pacedAt(app, { replay, endpoint, index }) }))
  const taken = new Set(await tx.replays.askAgain(asked))
  for (const { id, dueAt } of asked) if (taken.has(id)) entries.push(entryFor(app, { id, endpoint, dueAt }))
  const last = found.at(-1)
  const isEnd = last === undefined || found.length < BATCH
  if (!isEnd) return { planned: taken.size, next: { part: 'sent', after: last } }
  return { planned: taken.size, next: replay.filter === 'all' ? { part: 'missing', after: null } : null }
}

async function askForMissing(app: Context, { tx, entries }: Unit, { replay, endpoint, cursor }: Step): Promise<Part> {
  const { found, next } = await tx.replays.listEvents(replay, { after: cursor.after, scan: SCAN, limit: BATCH })
  const planned = await planMissing(app, tx, { replay, endpoint, found, dueAt: (index) => pacedAt(app, { replay, endpoint, index }) })
  const added = new Set(await tx.replays.insertMissing(planned))
  for (const { id, dueAt } of planned) if (added.has(id)) entries.push(entryFor(app, { id, endpoint, dueAt }))
  return { planned: added.size, next: next && { part: 'missing', after: next } }
}

/** One after the other at the endpoint's own rate, over all parts. */
function pacedAt(app: Context, { replay, endpoint, index }: { replay: Replay; endpoint: Endpoint; index: number }): Date {
  const rate = endpoint.ratePerSecond ?? PER_SECOND
  return laterOf(app.clock.now(), secondsAfter(replay.createdAt, (replay.planned + index) / rate))
}

function entryFor(app: Context, { id, endpoint, dueAt }: { id: string; endpoint: Endpoint; dueAt: Date | null }) {
  const now = app.clock.now()
  const payload = { deliveryId: id, targetId: endpoint.id }
  return { name: 'deliver' as const, payload, delayMs: millisUntil(dueAt ?? now, now) }
}

async function finish(app: Context, replay: Replay): Promise<Replay> {
  const set = ended(app.clock.now())
  await app.store.replays.update(replay.id, set)
  return { ...replay, ...set }
}

function ended(at: Date) {
  return { state: 'done', dueAt: null, claimedUntil: null, finishedAt: at } as const
}
