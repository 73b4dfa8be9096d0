import type { Database } from './database.ts'
import { openEmbedded } from './embedded/open-embedded.ts'
import { openPostgres } from './postgres/open-postgres.ts'

/** `dataDir`: embedded, in `<dataDir>/db`, for this process alone. */
export type DatabaseOptions = { url: string } | { dataDir: string }

export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return 'url' in options ? openPostgres(options.url) : openEmbedded(options.dataDir)
}
