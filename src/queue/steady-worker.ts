import { setTimeout as delay } from 'node:timers/promises'
import { type IQueueBackend, type Job, Worker } from 'bullmq'

const PAUSE_MS = 1_000

/** Where fetching fails for another reason than the connection (Redis full, tables gone), BullMQ would try again without a breath. */
export class SteadyWorker extends Worker<unknown, void, string, IQueueBackend, object, unknown> {
  protected override async moveToActive(token: string, name?: string): Promise<Job<unknown, void, string, object>> {
    try {
      return await super.moveToActive(token, name)
    } catch (error) {
      if (!this.closing) await delay(PAUSE_MS)
      throw error
    }
  }
}
