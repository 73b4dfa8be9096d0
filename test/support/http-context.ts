import { Writable } from 'node:stream'
import { createStore, createJobSignals, openDatabase } from '../../src/db/index.ts'
import type { Context } from '../../src/domain/context.ts'
import { createIds } from '../../src/domain/ids.ts'
import type { OpenAi, QueueEntry } from '../../src/domain/ports.ts'
import { ADMIN_SCOPE } from '../../src/domain/principal.ts'
import { createHttpApp, listen } from '../../src/http/index.ts'
import type { HttpDeps } from '../../src/http/index.ts'
import { createCallbackSender } from '../../src/outbound/index.ts'
import { createLinkSigner, makeCallbackSecret, parseSecrets } from '../../src/signing/index.ts'
import { openObjectStore } from '../../src/storage/index.ts'
import { systemClock, systemDigest, systemRandom } from '../../src/system.ts'
import { createLogger, createMeter } from '../../src/telemetry/index.ts'
import { createVault } from '../../src/vault/index.ts'
import { createTestDataDir } from './database-embedded.ts'
import { httpClient } from './http-client.ts'
import type { HttpClient } from './http-client.ts'

export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

export interface TestHttp extends AsyncDisposable {
  context: Context
  deps: HttpDeps
  url: string
  /** With a key of its own tenant; every reply is held against the served document. */
  api: HttpClient
  /** What was named to the queue. */
  queued: QueueEntry[]
  /** Every line logged, parsed. */
  logged: Record<string, unknown>[]
  /** A client of a new tenant. */
  tenant(options?: { scopes?: string[] }): Promise<HttpClient>
}

/** The HTTP side over a real store and real files; the queue only takes note. */
export async function startTestHttp(change: (deps: HttpDeps) => Partial<HttpDeps> = () => ({})): Promise<TestHttp> {
  await using stack = new AsyncDisposableStack()
  const { dataDir } = stack.use(await createTestDataDir())
  const database = stack.use(await openDatabase({ dataDir }))
  const queued: QueueEntry[] = []
  const logged: Record<string, unknown>[] = []
  const context: Context = {
    store: createStore(database),
    objects: stack.use(await openObjectStore({ kind: 'files', dir: `${dataDir}/objects` })),
    queue: { add: async (entries) => void queued.push(...entries) },
    openai: absentOpenAi,
    sender: stack.use(createCallbackSender({ allowPrivate: ['127.0.0.0/8'] })),
    signals: stack.use(createJobSignals(database)),
    vault: createVault(Buffer.alloc(32, 1)),
    links: createLinkSigner(Buffer.alloc(32, 1)),
    clock: systemClock,
    ids: createIds({ clock: systemClock, random: systemRandom }),
    digest: systemDigest,
    random: systemRandom,
    rules: {
      webhooksExpected: true,
      pollFirstSeconds: 30,
      pollMaxSeconds: 300,
      unconfirmedSeconds: 600,
      claimSeconds: 30,
      callbackScheduleSeconds: [0, 5],
      attemptRetentionDays: 30,
    },
    publicUrl: '',
    meter: createMeter(),
    log: createLogger({ level: 'debug', destination: linesTo(logged) }),
  }
  const base: HttpDeps = {
    app: context,
    only: 'all',
    webhookSecrets: { default: secretsOf(WEBHOOK_SECRET) },
    accounts: ['default', 'unset'],
    maxRequestBytes: 1_000_000,
    defaultRetentionDays: 30,
    ready: async () => ({ ready: true, parts: { database: 'ok', queue: 'ok', storage: 'ok' }, faults: {}, holds: [] }),
    stopping: new AbortController().signal,
    metrics: async () => ({ contentType: 'text/plain', text: '' }),
  }
  const deps = { ...base, ...change(base) }
  const server = stack.use(await listen(createHttpApp(deps), { host: '127.0.0.1', port: 0 }))
  const { url } = server
  context.publicUrl = url
  const tenant = async ({ scopes = [ADMIN_SCOPE] }: { scopes?: string[] } = {}): Promise<HttpClient> =>
    httpClient({ url, key: await newKey(context, scopes) })
  const api = await tenant()
  const opened = stack.move()
  return { context, deps, url, api, queued, logged, tenant, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

export function secretsOf(text: string) {
  const parsed = parseSecrets(text)
  if (!parsed.ok) throw new Error(parsed.faults.join())
  return parsed.secrets
}

async function newKey({ store, ids, vault, clock, digest, random }: Context, scopes: string[]): Promise<string> {
  const createdAt = clock.now()
  const tenantId = ids.next('ten')
  const sealedCallbackSecret = vault.seal(makeCallbackSecret(random.bytes(32)))
  await store.tenants.insert({ id: tenantId, name: 'test', sealedCallbackSecret, sealedRetiringSecrets: null, createdAt })
  const key = `lh_${Buffer.from(random.bytes(32)).toString('base64url')}`
  await store.keys.insert({ id: ids.next('key'), tenantId, name: 'test', hash: digest.sha256(key), scopes, createdAt, revokedAt: null })
  return key
}

/** The HTTP side never speaks to OpenAI, but to cancel what turned out to run. */
const absentOpenAi = new Proxy({} as OpenAi, {
  get: (_, name) => () => {
    throw new Error(`openai.${String(name)} was called`)
  },
})

function linesTo(logged: Record<string, unknown>[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().split('\n').filter(Boolean)) logged.push(JSON.parse(line) as Record<string, unknown>)
      done()
    },
  })
}
