import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openParts } from './app.ts'
import { createDoctorStore, refuseUnmigrated } from './db/index.ts'
import { runDoctor } from './domain/doctor/run-doctor.ts'
import type { DoctorLine } from './domain/doctor/run-doctor.ts'
import { looseFiles } from './loose-files.ts'
import { serverTime } from './openai/index.ts'
import { readConfig } from './read-config.ts'
import type { AppConfig } from './read-config.ts'
import { systemClock } from './system.ts'
import { createLogger } from './telemetry/index.ts'

export interface DoctorWish {
  mend: boolean
  deep: boolean
  offline: boolean
  signal: AbortSignal
  /** Told each thing as it is found. */
  tell: (line: DoctorLine) => void
}

/** The doctor over the parts that the settings name. Not ok: it could not look. */
export async function doctorFrom(
  env: Record<string, string | undefined>,
  { tell, ...wish }: DoctorWish,
): Promise<{ ok: true } | { ok: false; message: string }> {
  const read = readConfig(env)
  if (!read.ok) return read
  const { config } = read
  const embedded = config.database.kind === 'embedded'
  if (embedded && !existsSync(join(config.dataDir, 'db')))
    return { ok: false, message: `There is no database in ${config.dataDir} yet: start the service once, or set DATA_DIR or DATABASE_URL.` }
  // One made here would open nothing that the service sealed.
  if (config.access.secret === null && !existsSync(join(config.dataDir, 'secret')))
    return { ok: false, message: `There is no secret in ${config.dataDir}: run it where the service runs, or set LONGHAUL_SECRET.` }
  try {
    await using stack = new AsyncDisposableStack()
    // Its own lines say what is wrong; a log between them would be read by nobody.
    const log = createLogger({ level: 'silent' })
    const { context, database, queue } = await openParts(config, { stack, log, clock: systemClock, prepare: refuseUnmigrated })
    const parts = {
      checkQueue: () => queue.check(),
      openAiTime: () => serverTime({ baseUrl: config.openai.baseUrl, signal: wish.signal }),
      looseFiles: () => looseFiles(placesOf(config)),
      webhooks: { address: config.http.publicUrl !== null, secrets: config.openai.webhookSecrets !== null },
      serviceMayRun: !embedded,
    }
    for await (const line of runDoctor({ app: context, cases: createDoctorStore(database), parts, ...wish })) tell(line)
    return { ok: true }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}

function placesOf({ dataDir, storage }: AppConfig): { path: string; forbidden: number }[] {
  const [nobodyElse, nobodyElseWrites] = [0o077, 0o022]
  return [
    { path: dataDir, forbidden: nobodyElseWrites },
    { path: join(dataDir, 'secret'), forbidden: nobodyElse },
    { path: join(dataDir, 'db'), forbidden: nobodyElse },
    ...(storage.kind === 'files' ? [{ path: storage.directory, forbidden: nobodyElse }] : []),
  ]
}
