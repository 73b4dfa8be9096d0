import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/index.ts'
import type { Sandbox } from '../../src/sandbox/index.ts'
import { apiClient } from '../support/api-client.ts'
import type { ApiClient } from '../support/api-client.ts'
import { startAppProcess } from '../support/app-process.ts'
import type { AppProcess } from '../support/app-process.ts'
import { startCallbackSink } from '../support/callback-sink.ts'
import type { CallbackSink } from '../support/callback-sink.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { requests } from '../support/requests.ts'
import { startSetup } from '../support/setups.ts'
import type { SetupHost } from '../support/setups.ts'
import { TEST_KEY, testEnv, WEBHOOK_SECRET } from '../support/start-app.ts'

const GRACE_SECONDS = 3
/** Between the end of the grace time and the end by force, which would be 1. */
const SPARE_MS = 5_000
const LARGE = `data:image/png;base64,${Buffer.alloc(16_000_000, 'longhaul').toString('base64')}`

describe('a service that is told to stop', () => {
  let host: SetupHost
  let sandbox: Sandbox
  let sink: CallbackSink
  let service: AppProcess
  let api: ApiClient
  let url: string
  let start: (env?: Record<string, string>) => Promise<AppProcess>

  beforeAll(async () => {
    host = await startSetup('embedded')
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    sink = await startCallbackSink()
    sandbox = await startSandbox({
      defaultDelayMs: 50,
      webhooks: [{ url: `${url}/webhooks/openai`, secret: WEBHOOK_SECRET }],
      retryScheduleMs: Array.from({ length: 120 }, () => 500),
    })
    api = apiClient({ url, key: TEST_KEY })
    start = async (more = {}) => {
      const common = { ...host.env, ...testEnv({ port, sandboxUrl: sandbox.url }), PUBLIC_URL: url, CLAIM_SECONDS: '2' }
      const started = startAppProcess({ url, env: { ...common, SHUTDOWN_SECONDS: String(GRACE_SECONDS), ...more } })
      await started.ready()
      return started
    }
    service = await start()
  }, 120_000)
  afterAll(async () => {
    for (const part of [service, sandbox, sink, host]) await part?.[Symbol.asyncDispose]()
  })

  const submit = async (scenario: string): Promise<string> =>
    (await api.submit({ request: requests.text({ sandbox_scenario: scenario }) })).id
  const isCreated = (id: string) =>
    eventually(() => (sandbox.state.createsFor(id) === 1 ? true : undefined), { what: `the create of ${id}` })

  /** A submission whose body never ends. */
  async function openUpload(): Promise<Socket> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
      .on('error', () => undefined)
      .resume()
    const head = [
      'POST /v1/jobs HTTP/1.1',
      'host: x',
      `authorization: Bearer ${TEST_KEY}`,
      'content-type: application/json',
      'content-length: 1000',
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n{"request":`)
    return socket
  }

  /** A download whose reader has stopped reading. */
  async function stallDownload(): Promise<Response> {
    const image = { role: 'user', content: [{ type: 'input_image', image_url: LARGE }] }
    const { id } = await api.submit({ request: { ...requests.text(), input: [image] } })
    const { artifacts } = await api.settled(id)
    const reply = await fetch(`${url}/v1/artifacts/${artifacts[0].id}/content`, { headers: { authorization: `Bearer ${TEST_KEY}` } })
    expect([reply.status, reply.headers.get('content-length')]).toEqual([200, '16000000'])
    return reply
  }

  test(
    'ends with 0 within its time whatever is open, answers who waits, and goes on afterwards with nothing lost or made twice',
    { timeout: 90_000 },
    async () => {
      const download = await stallDownload()
      const upload = await openUpload()
      const called = Promise.withResolvers<string>()
      sink.answer = ({ event }) => {
        called.resolve(event.data.id)
        return new Promise(() => undefined)
      }
      const delivered = (await api.submit({ request: requests.text(), callback_url: sink.url })).id
      expect(await called.promise).toBe(delivered)
      const looked = await submit('stuck_in_progress')
      await api.settled(looked, ['in_progress'])
      const { response_id: lookedAt } = (await api.call(`/v1/jobs/${looked}`)).body
      sandbox.state.outage('hang', { match: new RegExp(`^GET .*${lookedAt}`) })
      const looks = (): number => sandbox.state.requests.filter(({ path }) => path.includes(lookedAt)).length
      const before = looks()
      await sandbox.state.finish(lookedAt)
      await eventually(() => (looks() > before ? true : undefined), { what: 'a look that hangs' })
      const waiter = api.call('/v1/jobs', {
        method: 'POST',
        headers: { prefer: 'wait=60' },
        body: { request: requests.text({ sandbox_scenario: 'stuck_in_progress' }) },
      })
      const hung = await submit('create_hang_after')
      const late = await submit('create_late')
      await Promise.all([hung, late].map(isCreated))

      const told = performance.now()
      expect(await service.kill('SIGTERM')).toBe(0)
      expect(performance.now() - told).toBeLessThan(GRACE_SECONDS * 1_000 + SPARE_MS)
      const waited = await waiter
      expect([waited.status, waited.headers.get('preference-applied')]).toEqual([202, 'wait=60'])
      await expect(download.arrayBuffer()).rejects.toThrow()
      if (!upload.destroyed) await once(upload, 'close')

      sandbox.state.outage('none')
      sink.answer = () => 204
      service = await start()
      for (const id of [looked, hung, late, delivered]) {
        expect([id, (await api.settled(id)).status]).toEqual([id, 'completed'])
        expect(sandbox.state.createsFor(id)).toBe(1)
      }
      await api.call(`/v1/jobs/${waited.body.id}/cancel`, { method: 'POST' })
      expect((await api.settled(waited.body.id)).status).toBe('cancelled')
      expect(sandbox.state.createsFor(waited.body.id)).toBe(1)
    },
  )

  test('told a second time, by whichever signal, it ends at once', { timeout: 60_000 }, async () => {
    await service.kill('SIGTERM')
    service = await start({ SHUTDOWN_SECONDS: '600' })
    const upload = await openUpload()
    const id = await submit('create_hang_after')
    await isCreated(id)
    service.child.kill('SIGTERM')
    await eventually(
      async () =>
        (await fetch(url).then(
          () => undefined,
          () => true,
        )) ?? undefined,
      { what: 'a closed door' },
    )
    expect(await service.kill('SIGINT')).toBe(1)
    upload.destroy()
  })
})
