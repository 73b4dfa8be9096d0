import { describeFaults, parseDatabaseConfig, readEnv } from './config/index.ts'
import { migrate, openDatabase } from './db/index.ts'

/** Migrates the database that the settings name, without starting anything else. */
export async function migrateFrom(env: Record<string, string | undefined>): Promise<{ ok: boolean; message: string }> {
  const raw = readEnv(env)
  const parsed = parseDatabaseConfig(raw)
  if (!parsed.ok) return { ok: false, message: describeFaults(parsed.faults) }
  try {
    await using database = await openDatabase(parsed.database)
    const applied = await migrate(database)
    return { ok: true, message: applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.` }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}
