import type { Hold } from './hold-model.ts'

export interface HoldRepository {
  /** What holds back this model of this account: its own, and the whole account's. */
  find(query: { account: string; model: string }): Promise<Hold[]>
  list(): Promise<Hold[]>
  put(hold: Hold): Promise<void>
  /** Lets one asker through when the time has come, and moves the time on for the others; false: not yet, or another was let through. */
  takeProbe(hold: Pick<Hold, 'account' | 'model'>, options: { now: Date; next: Date }): Promise<boolean>
  remove(hold: Pick<Hold, 'account' | 'model'>): Promise<void>
}
