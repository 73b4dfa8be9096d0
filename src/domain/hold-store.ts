import type { Hold, HoldKey } from './hold-model.ts'

export interface HoldRepository {
  /** What holds back this model of this account: its own, and the whole account's. */
  find(query: { account: string; model: string }): Promise<Hold[]>
  /** At most 1,000. */
  list(): Promise<Hold[]>
  /** Writes what `decide` makes of the hold as it stands (null: there is none), under a lock. */
  change(key: HoldKey, decide: (before: Hold | null) => Hold): Promise<{ before: Hold | null; after: Hold }>
  /** Lets one asker through when the time has come, and moves the time on for the others; false: not yet, or another was let through. */
  takeProbe(key: HoldKey, options: { now: Date; next: Date }): Promise<boolean>
  /** Ends it, unless it was struck after `before`; false: it was, or it is over already. */
  ease(key: HoldKey, options: { at: Date; before: Date }): Promise<boolean>
  /** Only as it was seen: one changed since stays. */
  remove(seen: Pick<Hold, 'account' | 'model' | 'updatedAt'>): Promise<void>
}
