import type { HoldReason } from './hold-model.ts'
import type { JobStatus } from './job-status.ts'

export const OWED_WORK = ['turns', 'inbox', 'deliveries'] as const
export type OwedWork = (typeof OWED_WORK)[number]

/** What an operator wants to know at a glance. Each part is one query that reads a bounded number of rows. */
export interface GaugeRepository {
  /** Open jobs by status; `since` is when the oldest that waits for no user could first have begun. */
  openJobs(now: Date): Promise<{ counts: { status: JobStatus; count: number }[]; since: Date | null }>
  /** When the most overdue step that nobody has taken fell due; null: none is overdue. */
  owedSince(work: OwedWork, now: Date): Promise<Date | null>
  holds(now: Date): Promise<{ reason: HoldReason; count: number }[]>
}
