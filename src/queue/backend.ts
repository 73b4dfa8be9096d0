import type { BackendFactory, IQueueBackend, Queue, Worker } from 'bullmq'
import type { BulkEntry } from './entries.ts'

/** What BullMQ runs on. Connections are shared by all queues and workers of the engine, and owned here. */
export interface Backend {
  readonly kind: 'redis' | 'postgres'
  readonly factory: BackendFactory<IQueueBackend, unknown>
  readonly prefix: string
  /** How long an idle worker waits before it looks by itself. */
  readonly drainSeconds: number
  /** Entries as they are best added together. */
  readonly forBulk: (entries: BulkEntry[]) => BulkEntry[]
  /** Throws when the engine cannot be reached now. */
  check(): Promise<void>
  /** Gives back the room of what is done, where nobody else does. */
  tidy(): Promise<void>
  /** Ends what workers still hold, so that nothing waits for an engine that is away. */
  cut(): void
  close(): Promise<void>
}

export type BullQueue = Queue<unknown, unknown, string, unknown, unknown, string, IQueueBackend, unknown>
export type BullWorker = Worker<unknown, void, string, IQueueBackend, object, unknown>
