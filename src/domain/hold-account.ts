import type { Context } from './context.ts'
import type { Hold } from './hold-model.ts'
import { heldModel, isInForce } from './hold-model.ts'
import type { AccountFault } from './judge-create.ts'
import type { Job } from './model.ts'
import { nextHold } from './next-hold.ts'

/** Counts a fault against an account, and holds the account back, or for a rate limit the model alone, where it is due. */
export async function holdAccount(
  app: Context,
  { job, fault, sentAt }: { job: Pick<Job, 'account' | 'model'>; fault: AccountFault; sentAt: Date },
): Promise<Hold> {
  const { reason } = fault
  const key = { account: job.account, model: reason === 'rate_limited' ? heldModel(job.model) : '' }
  const struck = { fault, now: app.clock.now(), sentAt, chance: app.random.next() }
  const { before, after } = await app.store.holds.change(key, (seen) => nextHold(seen, key, struck))
  if (isInForce(after) && (before === null || !isInForce(before))) {
    app.meter.count('holds_opened', { reason })
    app.log.warn({ ...key, reason, held_until: after.heldUntil.toISOString() }, 'account.held')
  }
  return after
}
