import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { handlers } from '../../jobs/index.ts'
import { createApp } from '../../src/app.ts'
import type { Delivery, Endpoint } from '../../src/domain/callback-model.ts'
import { sealSecrets } from '../../src/domain/callback-secrets.ts'
import { DEFAULT_TENANT } from '../../src/domain/principal.ts'
import { readConfig } from '../../src/read-config.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { createTestDatabase } from '../../test/support/database.ts'
import { freePort } from '../../test/support/free-port.ts'
import { startRedis } from '../../test/support/queue-redis.ts'

export type Backend = 'full' | 'embedded'

export interface Bench extends AsyncDisposable {
  addEndpoints(urls: string[]): Promise<Endpoint[]>
  /** One each, due now. */
  addDeliveries(endpoints: Endpoint[]): Promise<Delivery[]>
  queueUp(deliveries: Delivery[]): Promise<void>
  startWorker(): Promise<AsyncDisposable>
  untilDelivered(): Promise<void>
}

const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
const AT_ONCE = 500

/** A service without a worker of its own, on a database and a queue of its own. */
export async function openBench(backend: Backend): Promise<Bench> {
  await using stack = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'longhaul-bench-'))
  stack.defer(() => rm(dataDir, { recursive: true, force: true }))
  const servers =
    backend === 'full' ? { DATABASE_URL: stack.use(await createTestDatabase()).url, REDIS_URL: stack.use(await startRedis()).url } : {}
  const config = readConfig({
    ...servers,
    DATA_DIR: dataDir,
    PORT: String(await freePort()),
    OPENAI_API_KEY: 'unused',
    CALLBACK_ALLOW_PRIVATE: '127.0.0.0/8',
    LONGHAUL_SECRET: Buffer.alloc(32, 7).toString('base64'),
    LONGHAUL_API_KEY: `lh_${'b'.repeat(43)}`,
    SHUTDOWN_SECONDS: '1',
  })
  if (!config.ok) throw new Error(config.message)
  const log = createLogger({ level: 'warn' })
  // The role is the worker's to take: everything is in place before it starts.
  const app = stack.use(await createApp({ ...config.config, role: 'api' }, { log }))
  const { context, queue } = app
  const opened = stack.move()
  return {
    async addEndpoints(urls) {
      const endpoints = urls.map((url): Endpoint => {
        const at = new Date()
        return {
          id: context.ids.next('ep'),
          tenantId: DEFAULT_TENANT,
          url,
          description: '',
          eventTypes: null,
          labels: {},
          sealedHeaders: null,
          ratePerSecond: null,
          signature: 'v1',
          sealedSecrets: sealSecrets(context.vault, [{ secret: SECRET, until: null }]),
          disabledAt: null,
          disabledReason: null,
          createdAt: at,
          updatedAt: at,
        }
      })
      for (const endpoint of endpoints) await context.store.endpoints.insert(endpoint)
      return endpoints
    },
    async addDeliveries(endpoints) {
      const deliveries = endpoints.map((endpoint): Delivery => {
        const now = new Date()
        return {
          id: context.ids.next('dlv'),
          tenantId: DEFAULT_TENANT,
          jobId: null,
          endpointId: endpoint.id,
          targetId: endpoint.id,
          origin: 'event',
          eventSeq: 1,
          eventType: 'job.completed',
          url: endpoint.url,
          payload: JSON.stringify({ type: 'job.completed', due: now.getTime(), padding: 'x'.repeat(600) }),
          state: 'pending',
          attempts: 0,
          tries: 0,
          dueAt: now,
          claimedUntil: null,
          createdAt: now,
          finishedAt: null,
          endReason: null,
        }
      })
      for (const part of partsOf(deliveries)) await context.store.deliveries.insert(part)
      return deliveries
    },
    async queueUp(deliveries) {
      for (const part of partsOf(deliveries)) {
        await context.queue.add(part.map(({ id }) => ({ name: 'deliver', payload: { deliveryId: id }, dedupe: id })))
      }
    },
    async startWorker() {
      const runner = await queue.run({ handlers, app: context, log, names: ['deliver'] })
      return { [Symbol.asyncDispose]: () => runner.close({ graceMs: 1_000 }) }
    },
    async untilDelivered() {
      const filter = { tenantId: DEFAULT_TENANT, state: ['pending' as const] }
      const page = { limit: 1, before: null }
      for (;;) {
        if ((await context.store.deliveries.list(filter, page)).length === 0) return
        await pause(20)
      }
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

function partsOf<T>(all: T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / AT_ONCE) }, (_, index) => all.slice(index * AT_ONCE, (index + 1) * AT_ONCE))
}
