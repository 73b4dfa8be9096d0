import type { Context } from './context.ts'
import { findJobRow } from './find-jobs.ts'
import type { Delivery, DeliveryAttempt } from './callback-model.ts'

/** Every callback of one job with its attempts; null when there is no such job. */
export async function findDeliveries(
  app: Context,
  { jobId, tenantId }: { jobId: string; tenantId: string },
): Promise<{ delivery: Delivery; attempts: DeliveryAttempt[] }[] | null> {
  if ((await findJobRow(app, { id: jobId, tenantId })) === null) return null
  return app.store.deliveries.listForJob(jobId)
}
