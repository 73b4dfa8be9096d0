import type { Delivery, DeliveryAttempt } from './callback-model.ts'
import type { DeliveryFilter, DeliverySummary } from './callback-store.ts'
import type { Context } from './context.ts'
import { isId } from './ids.ts'
import { readPage } from './page.ts'
import type { Page } from './page.ts'

/** One with all of its attempts that are kept. */
export async function findDelivery(
  app: Context,
  { id, tenantId }: { id: string; tenantId: string },
): Promise<{ delivery: Delivery; attempts: DeliveryAttempt[] } | null> {
  const delivery = isId('dlv', id) ? await app.store.deliveries.get(id, { tenantId }) : null
  return delivery && { delivery, attempts: await app.store.deliveries.listAttempts(id) }
}

/** Newest first, each with its last attempt alone. */
export async function findDeliveries(
  app: Context,
  { filter, page }: { filter: DeliveryFilter; page: Page },
): Promise<{ rows: DeliverySummary[]; nextCursor: string | null }> {
  const { rows, nextCursor } = await readPage(page, async (wider) =>
    (await app.store.deliveries.list(filter, wider)).map((summary) => ({
      summary,
      id: summary.delivery.id,
      createdAt: summary.delivery.createdAt,
    })),
  )
  return { rows: rows.map(({ summary }) => summary), nextCursor }
}
