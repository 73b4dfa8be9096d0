import { createApp } from '../../src/app.ts'
import type { App } from '../../src/app.ts'
import type { Clock } from '../../src/domain/ports.ts'
import { readConfig } from '../../src/read-config.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import type { Sandbox, SandboxOptions } from '../../src/sandbox/index.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { apiClient } from './api-client.ts'
import type { ApiClient } from './api-client.ts'
import { freePort } from './free-port.ts'
import type { SetupHost } from './setups.ts'

export const TEST_KEY = `lh_${'t'.repeat(43)}`
export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`

export interface TestApp extends AsyncDisposable {
  app: App
  sandbox: Sandbox
  api: ApiClient
  url: string
}

interface StartOptions {
  /** False: no public URL, so results come by polling. */
  webhooks?: boolean
  env?: Record<string, string>
  sandbox?: SandboxOptions
  clock?: Clock
}

/** The whole service in this process, with a sandbox for OpenAI, on the servers of one setup. */
export async function startTestApp(
  host: SetupHost,
  { webhooks = true, env = {}, sandbox: options = {}, clock }: StartOptions = {},
): Promise<TestApp> {
  await using stack = new AsyncDisposableStack()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const sandbox = stack.use(
    await startSandbox({
      defaultDelayMs: 50,
      ...(webhooks && { webhooks: [{ url: `${url}/webhooks/openai`, secret: WEBHOOK_SECRET }] }),
      ...options,
    }),
  )
  const config = readConfig({ ...host.env, ...testEnv({ port, sandboxUrl: sandbox.url }), ...(webhooks && { PUBLIC_URL: url }), ...env })
  if (!config.ok) throw new Error(config.message)
  const log = createLogger({ level: process.env.TEST_LOG ?? 'silent' })
  const app = stack.use(await createApp(config.config, { log, ...(clock && { clock }) }))
  const opened = stack.move()
  return { app, sandbox, url, api: apiClient({ url, key: TEST_KEY }), [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

/** The settings that a test's service has whatever its setup. */
export function testEnv({ port, sandboxUrl }: { port: number; sandboxUrl: string }): Record<string, string> {
  return {
    PORT: String(port),
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: sandboxUrl,
    OPENAI_WEBHOOK_SECRET: WEBHOOK_SECRET,
    LONGHAUL_API_KEY: TEST_KEY,
    CALLBACK_ALLOW_PRIVATE: '127.0.0.0/8',
    CALLBACK_SCHEDULE: '0s,1s,1s,2s',
    POLL_FIRST_SECONDS: '1',
    POLL_MAX_SECONDS: '2',
    CLAIM_SECONDS: '5',
    SHUTDOWN_SECONDS: '5',
  }
}
