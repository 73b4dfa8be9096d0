import { readOrMakeSecret } from './config/index.ts'
import { createJobSignals, createStore, migrate, openDatabase } from './db/index.ts'
import type { Database } from './db/index.ts'
import type { Context } from './domain/context.ts'
import { ensureFirstAccess } from './domain/ensure-first-access.ts'
import { createIds } from './domain/ids.ts'
import { DEFAULT_ACCOUNT } from './domain/principal.ts'
import type { Clock, Log } from './domain/ports.ts'
import { openDoor } from './open-door.ts'
import { createOpenAi } from './openai/index.ts'
import { createCallbackSender } from './outbound/index.ts'
import { meterReport, openQueue } from './queue/index.ts'
import type { QueueEngine } from './queue/index.ts'
import type { AppConfig } from './read-config.ts'
import { createLinkSigner, makeCallbackSecret } from './signing/index.ts'
import { openObjectStore } from './storage/index.ts'
import type { StorageConfig } from './storage/index.ts'
import { systemClock, systemDigest, systemRandom } from './system.ts'
import { createLogger, createMeter } from './telemetry/index.ts'
import type { Metrics } from './telemetry/index.ts'
import { startUpkeep } from './upkeep.ts'
import { createVault } from './vault/index.ts'
import { handlers } from '../jobs/index.ts'

/** What tests may put in place of the real part. */
export interface Overrides {
  log?: Log
  clock?: Clock
}

export interface App extends AsyncDisposable {
  context: Context
  queue: QueueEngine
  /** Where it listens; null for a worker without a port. */
  url: string | null
  /** The first API key, when this start made it. */
  madeKey: string | null
  close(): Promise<void>
}

/** The one place where the parts meet. Closed in the reverse of the order they were opened in. */
export async function createApp(config: AppConfig, overrides: Overrides = {}): Promise<App> {
  await using stack = new AsyncDisposableStack()
  const log = overrides.log ?? createLogger({ level: config.logLevel })
  const parts = await openParts(config, { stack, log, clock: overrides.clock ?? systemClock })
  const { context, queue, meter, tidy } = parts
  const madeKey = await ensureFirstAccess({ ...context, now: context.clock.now(), givenKey: config.access.firstKey, makeCallbackSecret })

  const graceMs = config.work.shutdownSeconds * 1000
  // Together, so that the whole of a stop takes no longer than the grace time.
  const ends: (() => PromiseLike<void>)[] = []
  stack.defer(async () => {
    await Promise.all(ends.map((end) => end()))
  })
  const server = await openDoor(config, parts)
  if (server !== null) {
    ends.push(() => server.close({ graceMs }))
    context.publicUrl = config.http.publicUrl ?? server.url
  }
  if (config.role !== 'api') {
    const upkeep = startUpkeep(context, { tidy })
    ends.push(() => upkeep[Symbol.asyncDispose]())
    const runner = await queue.run({ handlers, app: context, log, onReport: (report) => meterReport(meter, report) })
    ends.push(() => runner.close({ graceMs }))
  }
  const opened = stack.move()
  const close = (): Promise<void> => opened.disposeAsync()
  return { context, queue, url: server?.url ?? null, madeKey, close, [Symbol.asyncDispose]: close }
}

/** All of it open, and nothing of it running yet. */
export async function openParts(
  config: AppConfig,
  {
    stack,
    log,
    clock,
    prepare = migrate,
  }: { stack: AsyncDisposableStack; log: Log; clock: Clock; prepare?: (database: Database) => Promise<unknown> },
): Promise<{ context: Context; database: Database; queue: QueueEngine; meter: Metrics; tidy: () => Promise<void> }> {
  const secret = config.access.secret ?? (await readOrMakeSecret(config.dataDir))
  const database = stack.use(await openDatabase(config.database))
  await prepare(database)
  const objects = stack.use(await openObjectStore(storageOf(config)))
  const backend = config.queue.kind === 'redis' ? { redisUrl: config.queue.url } : { pool: database.queuePool }
  const queue = stack.use(await openQueue({ ...backend, lockSeconds: config.work.claimSeconds, log }))
  const meter = createMeter()
  const { scheduleSeconds, attemptRetentionDays, ...guard } = config.callbacks
  const { webhooksExpected, firstSeconds, maxSeconds, unconfirmedSeconds } = config.polling
  const context: Context = {
    store: createStore(database),
    objects,
    queue: queue.queue,
    openai: createOpenAi({ accounts: { [DEFAULT_ACCOUNT]: config.openai }, log }),
    sender: stack.use(createCallbackSender(guard)),
    signals: stack.use(createJobSignals(database)),
    vault: createVault(secret),
    links: createLinkSigner(secret),
    clock,
    ids: createIds({ clock, random: systemRandom }),
    digest: systemDigest,
    random: systemRandom,
    rules: {
      webhooksExpected,
      pollFirstSeconds: firstSeconds,
      pollMaxSeconds: maxSeconds,
      unconfirmedSeconds,
      claimSeconds: config.work.claimSeconds,
      callbackScheduleSeconds: scheduleSeconds,
      attemptRetentionDays,
    },
    publicUrl: config.http.publicUrl ?? '',
    meter,
    log,
  }
  const tidy = async (): Promise<void> => {
    await database.tidy()
    await queue.tidy()
  }
  return { context, database, queue, meter, tidy }
}

function storageOf({ storage }: AppConfig): StorageConfig {
  return storage.kind === 'files' ? { kind: 'files', dir: storage.directory } : storage.bucket
}
