import type { Context } from './context.ts'
import { isId } from './ids.ts'
import type { Artifact } from './model.ts'
import { readPage } from './page.ts'
import type { Page } from './page.ts'
import type { ArtifactFilter } from './store.ts'

export async function findArtifact(app: Context, { id, tenantId }: { id: string; tenantId: string }): Promise<Artifact | null> {
  return isId('art', id) ? app.store.artifacts.get(id, { tenantId }) : null
}

export async function findArtifacts(
  app: Context,
  { filter, page }: { filter: ArtifactFilter; page: Page },
): Promise<{ rows: Artifact[]; nextCursor: string | null }> {
  return readPage(page, (wider) => app.store.artifacts.list(filter, wider))
}
