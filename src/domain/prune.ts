import type { Context } from './context.ts'
import { secondsAfter } from './time.ts'

/** The embedded database shares its thread with everything else: no statement may take long. */
const BATCH = 1_000
const KEEP_INBOX_SECONDS = 30 * 86_400
const KEEP_IDEMPOTENCY_SECONDS = 2 * 86_400
const KEEP_TARGETS_SECONDS = 30 * 86_400
const KEEP_REPLAYS_SECONDS = 30 * 86_400

/** Lets go of what only grows, a little at a time. docs/retention.md says what is kept for how long. */
export async function prune(app: Context): Promise<void> {
  const { store } = app
  const now = app.clock.now()
  const older = (seconds: number) => ({ before: secondsAfter(now, -seconds), limit: BATCH })
  await inBatches(() => store.inbox.purge(older(KEEP_INBOX_SECONDS)))
  await inBatches(() => store.idempotency.purge(older(KEEP_IDEMPOTENCY_SECONDS)))
  const keepAttemptsSeconds = app.rules.attemptRetentionDays * 86_400
  await inBatches(() => store.deliveries.purgeAttempts(older(keepAttemptsSeconds)))
  await inBatches(() => store.deliveries.purgeJobless(older(keepAttemptsSeconds)))
  await inBatches(() => store.targets.purge(older(KEEP_TARGETS_SECONDS)))
  await inBatches(() => store.replays.purge(older(KEEP_REPLAYS_SECONDS)))
  await app.objects.tidy()
}

async function inBatches(purge: () => Promise<number>): Promise<void> {
  while ((await purge()) === BATCH) continue
}
