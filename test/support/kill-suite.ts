import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/index.ts'
import type { Sandbox } from '../../src/sandbox/index.ts'
import { apiClient } from './api-client.ts'
import type { ApiClient } from './api-client.ts'
import { startAppProcess } from './app-process.ts'
import type { AppProcess } from './app-process.ts'
import { startCallbackSink } from './callback-sink.ts'
import type { CallbackSink } from './callback-sink.ts'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'
import { requests } from './requests.ts'
import { describeWith } from './servers.ts'
import { NEEDS, startSetup } from './setups.ts'
import type { Setup, SetupHost } from './setups.ts'
import { TEST_KEY, testEnv, WEBHOOK_SECRET } from './start-app.ts'
import { startTap } from './tap.ts'
import type { Tap, TapPhase } from './tap.ts'

interface World {
  sandbox: Sandbox
  tap: Tap
  sink: CallbackSink
  /** To be called at the moment under test; the first call kills, later ones do nothing. */
  kill: () => void
}

interface Step {
  name: string
  /** Arranges for `kill` to be called at one moment of the job's life; without it that moment is the acknowledgement. */
  arm?: (world: World) => void
  /** The create never reached OpenAI, which nobody can know: not sent again, the job fails in the end. */
  lost?: boolean
}

const atExchange =
  (method: string, path: RegExp, phase: TapPhase) =>
  ({ tap, kill }: World): void => {
    tap.watch = (exchange) => {
      if (exchange.method !== method || !path.test(exchange.path) || exchange.phase !== phase) return
      kill()
      return 'drop'
    }
  }

const CREATE = /\/responses$/
const RETRIEVE = /\/responses\/resp_[^/]+\?/
const CONTENT = /\/files\/[^/]+\/content/

const STEPS: Step[] = [
  { name: 'once the submission was acknowledged' },
  { name: 'as the create leaves', arm: atExchange('POST', CREATE, 'arrived'), lost: true },
  { name: 'between the create and its answer', arm: atExchange('POST', CREATE, 'answered') },
  { name: 'as the answer of the create arrives', arm: atExchange('POST', CREATE, 'sent') },
  {
    name: 'once the webhook was acknowledged',
    arm: ({ sandbox, kill }) => {
      const before = sandbox.state.deliveries.length
      void eventually(() => sandbox.state.deliveries.slice(before).find(({ status }) => status === 200)).then(kill)
    },
  },
  { name: 'as the retrieve leaves', arm: atExchange('GET', RETRIEVE, 'arrived') },
  { name: 'in the middle of the result', arm: atExchange('GET', RETRIEVE, 'half_sent') },
  { name: 'as a container file is asked for', arm: atExchange('GET', CONTENT, 'arrived') },
  { name: 'in the middle of a container file', arm: atExchange('GET', CONTENT, 'half_sent') },
  {
    name: 'as the callback arrives',
    arm: ({ sink, kill }) => {
      sink.answer = () => {
        kill()
        return 204
      }
    },
  },
]

/** One job for each moment at which the service dies; after it starts again, the job must end as if nothing had been. */
export function jobSurvivesKills(setup: Setup): void {
  describeWith(`a job survives kill -9 on ${setup}`, { needs: NEEDS[setup] }, () => {
    let host: SetupHost
    let sandbox: Sandbox
    let tap: Tap
    let sink: CallbackSink
    let service: AppProcess
    let api: ApiClient
    let start: () => Promise<AppProcess>

    beforeAll(async () => {
      host = await startSetup(setup)
      const port = await freePort()
      const url = `http://127.0.0.1:${port}`
      sandbox = await startSandbox({
        defaultDelayMs: 300,
        webhooks: [{ url: `${url}/webhooks/openai`, secret: WEBHOOK_SECRET }],
        retryScheduleMs: Array.from({ length: 60 }, () => 500),
      })
      tap = await startTap(sandbox.url)
      sink = await startCallbackSink()
      const env = { ...host.env, ...testEnv({ port, sandboxUrl: tap.url }), PUBLIC_URL: url, CLAIM_SECONDS: '2', UNCONFIRMED_SECONDS: '8' }
      api = apiClient({ url, key: TEST_KEY })
      start = async () => {
        const started = startAppProcess({ env, url })
        await started.ready()
        return started
      }
      service = await start()
    })
    afterAll(async () => {
      await service?.[Symbol.asyncDispose]()
      for (const part of [sink, tap, sandbox, host]) await part?.[Symbol.asyncDispose]()
    })

    test.each(STEPS)('$name', { timeout: 60_000 }, async ({ arm, lost }) => {
      const killed = Promise.withResolvers<void>()
      const kill = (): void => {
        service.child.kill('SIGKILL')
        killed.resolve()
      }
      arm?.({ sandbox, tap, sink, kill })
      // Acknowledged and not yet being sent: that moment is made to last.
      const later = arm === undefined && { start_after: new Date(Date.now() + 3_000).toISOString() }
      const { id } = await api.submit({ request: requests.code(), callback_url: sink.url, ...later })
      if (arm === undefined) kill()
      await killed.promise
      await service.kill('SIGKILL')
      tap.watch = () => undefined
      sink.answer = () => 204
      service = await start()

      const job = await api.settled(id)
      expect(sandbox.state.createsFor(id)).toBe(lost === true ? 0 : 1)
      expect(job.status).toBe(lost === true ? 'failed' : 'completed')
      if (lost === true) expect(job.error.code).toBe('submit_unconfirmed')
      for (const { sha256 } of lost === true ? [] : (sandbox.state.artifacts.get(job.response_id) ?? [])) {
        expect(job.artifacts).toContainEqual(expect.objectContaining({ sha256, status: 'stored' }))
      }
      await sink.waitFor(id, `job.${job.status}`)
      const ids = sink.received.filter(({ event }) => event.data.id === id).map(({ headers }) => headers['webhook-id'])
      expect(new Set(ids).size).toBe(1)
    })
  })
}
