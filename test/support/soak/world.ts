import { startSandbox } from '../../../src/sandbox/index.ts'
import type { Sandbox } from '../../../src/sandbox/index.ts'
import { apiClient } from '../api-client.ts'
import type { ApiClient } from '../api-client.ts'
import { startAppProcess } from '../app-process.ts'
import { startCallbackSink } from '../callback-sink.ts'
import type { CallbackSink } from '../callback-sink.ts'
import { freePort } from '../free-port.ts'
import { startSetup } from '../setups.ts'
import { TEST_KEY, testEnv, WEBHOOK_SECRET } from '../start-app.ts'

export const SOAK_SETUPS = ['embedded', 'full'] as const
export type SoakSetup = (typeof SOAK_SETUPS)[number]

export interface SoakProcess {
  /** Where it tells its metrics. */
  url: string
  pid: number
}

export interface SoakWorld extends AsyncDisposable {
  api: ApiClient
  key: string
  sandbox: Sandbox
  sink: CallbackSink
  env: Record<string, string>
  processes: Record<string, SoakProcess>
}

/** The real processes: one on the embedded database; on the full setup one that answers and one that works. */
export async function startWorld(setup: SoakSetup): Promise<SoakWorld> {
  await using stack = new AsyncDisposableStack()
  const host = stack.use(await startSetup(setup))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const sink = stack.use(await startCallbackSink())
  const sandbox = stack.use(
    await startSandbox({ defaultDelayMs: 400, webhooks: [{ url: `${url}/webhooks/openai`, secret: WEBHOOK_SECRET }] }),
  )
  const common = {
    ...host.env,
    ...testEnv({ port, sandboxUrl: sandbox.url }),
    PUBLIC_URL: url,
    LOG_LEVEL: 'warn',
    UNCONFIRMED_SECONDS: '20',
  }
  const start = async (role: string, own: number): Promise<SoakProcess> => {
    const at = `http://127.0.0.1:${own}`
    const started = stack.use(startAppProcess({ url: at, env: { ...common, ROLE: role, PORT: String(own) } }))
    await started.ready()
    return { url: at, pid: started.child.pid ?? 0 }
  }
  const roles = setup === 'embedded' ? ['all'] : ['api', 'worker']
  const processes: SoakWorld['processes'] = {}
  for (const role of roles) processes[role] = await start(role, role === 'worker' ? await freePort() : port)
  const opened = stack.move()
  const api = apiClient({ url, key: TEST_KEY })
  return { api, key: TEST_KEY, sandbox, sink, env: host.env, processes, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}
