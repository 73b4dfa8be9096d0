import type { Context } from './context.ts'
import type { Hold } from './hold-model.ts'
import { heldModel, isInForce } from './hold-model.ts'
import type { Job } from './model.ts'
import { secondsAfter } from './time.ts'

/** How long a probe may take; one whose worker died is followed by another after this. */
const PROBE_SECONDS = 120

export type Way =
  /** `probe`: what it tries out, to be taken before it is sent. `known`: what its outcome may end. */
  { way: 'free'; known: Hold[]; probe: Hold | null } | { way: 'held'; hold: Hold & { heldUntil: Date } }

/** Whether the job may be sent now, for all that is known of its account and model. */
export async function findWay(app: Context, { account, model }: Pick<Job, 'account' | 'model'>): Promise<Way> {
  const known = await app.store.holds.find({ account, model: heldModel(model) })
  const now = app.clock.now()
  const inForce = known.filter(isInForce)
  const [last] = inForce
    .filter(({ heldUntil }) => heldUntil > now)
    .toSorted((one, other) => Number(other.heldUntil) - Number(one.heldUntil))
  if (last !== undefined) return { way: 'held', hold: last }
  // The probe of an account tries its model out too: nothing else of the account is let through beside it.
  const probe = inForce.find((hold) => hold.model === '') ?? inForce[0] ?? null
  return { way: 'free', known, probe }
}

/** Of all who come when a hold is due, one is let through. Null: this one. */
export async function takeProbe(app: Context, probe: Hold | null): Promise<(Hold & { heldUntil: Date }) | null> {
  if (probe === null) return null
  const now = app.clock.now()
  const next = secondsAfter(now, PROBE_SECONDS)
  return (await app.store.holds.takeProbe(probe, { now, next })) ? null : { ...probe, heldUntil: next }
}

/** Due at `at` for the next probe, where it is still in force: the last one showed nothing. */
export async function probeAgain(app: Context, { hold, at }: { hold: Hold; at: Date }): Promise<void> {
  const over: Hold = { ...hold, strikes: 0, heldUntil: null, openedAt: null, updatedAt: at }
  await app.store.holds.change(hold, (seen) => (seen !== null && isInForce(seen) ? { ...seen, heldUntil: at } : (seen ?? over)))
}
