import type { Endpoint } from './callback-model.ts'
import type { Context } from './context.ts'
import { isId } from './ids.ts'
import { readPage } from './page.ts'
import type { Page } from './page.ts'

export async function findEndpoint(app: Context, { id, tenantId }: { id: string; tenantId: string }): Promise<Endpoint | null> {
  return isId('ep', id) ? app.store.endpoints.get(id, { tenantId }) : null
}

export async function findEndpoints(
  app: Context,
  { tenantId, page }: { tenantId: string; page: Page },
): Promise<{ rows: Endpoint[]; nextCursor: string | null }> {
  return readPage(page, (wider) => app.store.endpoints.list({ tenantId }, wider))
}
