import { randomUUID } from 'node:crypto'
import type { BulkJobOptions } from 'bullmq'
import { JOB_CATALOG, type JobName } from '../domain/job-catalog.ts'
import type { QueueEntry } from '../domain/ports.ts'
import type { Limit } from './limits.ts'

const ORDINARY_PRIORITY = 1_000
const FAILED_KEPT = { count: 200, age: 7 * 24 * 3_600 }

export interface BulkEntry {
  name: JobName
  data: unknown
  opts: BulkJobOptions & { jobId: string }
}

/** Throws when the payload is not what the catalog says. */
export function bulkEntry(entry: QueueEntry, limit: Limit): BulkEntry {
  return {
    name: entry.name,
    data: JOB_CATALOG[entry.name].payload.parse(entry.payload),
    opts: {
      // Counted ids would begin again after a flush and meet those still running.
      jobId: randomUUID(),
      attempts: limit.attempts,
      backoff: { type: 'exponential', delay: limit.backoffMs, jitter: 0.2 },
      delay: Math.max(0, Math.round(entry.delayMs ?? 0)),
      priority: bullPriority(entry.priority),
      removeOnComplete: true,
      removeOnFail: FAILED_KEPT,
      stackTraceLimit: 1,
      // Ends with the entry, unlike a job id, which would be blocked by a failed entry that is kept.
      ...(entry.dedupe === undefined ? {} : { deduplication: { id: entry.dedupe } }),
    },
  }
}

/** BullMQ counts the other way round and runs 0 before all others, so even ordinary entries carry a number. */
function bullPriority(priority = 0): number {
  return Math.min(Math.max(ORDINARY_PRIORITY - Math.round(priority), 1), 2 * ORDINARY_PRIORITY)
}
