import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Body } from '../support/api-client.ts'
import { startCallbackSink } from '../support/callback-sink.ts'
import type { CallbackSink } from '../support/callback-sink.ts'
import { eventually } from '../support/eventually.ts'
import { emptyTables } from '../support/queue-hosts.ts'
import { requests } from '../support/requests.ts'
import { describeWith } from '../support/servers.ts'
import { NEEDS, startSetup } from '../support/setups.ts'
import type { SetupHost } from '../support/setups.ts'
import { startTestApp } from '../support/start-app.ts'
import type { TestApp } from '../support/start-app.ts'

const LATER_MS = 1_500

for (const setup of ['full', 'postgres'] as const) {
  const queue = setup === 'full' ? 'Redis' : "the queue's tables"

  describeWith(`the queue is expendable: ${queue}`, { needs: NEEDS[setup] }, () => {
    let host: SetupHost
    let here: TestApp
    let sink: CallbackSink

    beforeAll(async () => {
      host = await startSetup(setup)
      // Polls come seldom, so that what goes on is found by the rows being late and by nothing else.
      here = await startTestApp(host, { env: { POLL_FIRST_SECONDS: '4', POLL_MAX_SECONDS: '8' } })
      sink = await startCallbackSink()
    })
    afterAll(async () => {
      for (const part of [here, sink, host]) await part?.[Symbol.asyncDispose]()
    })

    /** A job at each step at which only a queue entry would hurry it on: to be sent, running, to be collected. */
    async function jobsAtEachStep(): Promise<string[]> {
      const submit = async (metadata: Record<string, string>, more: object = {}): Promise<string> => {
        const job: Body = await here.api.submit({ request: requests.text(metadata), callback_url: sink.url, ...more })
        return job.id
      }
      const running = await submit({ sandbox_delay_ms: String(LATER_MS) })
      const silent = await submit({ sandbox_delay_ms: '100', sandbox_scenario: 'webhook_none' })
      await here.api.settled(running, ['in_progress', 'completed'])
      const waiting = await submit({}, { start_after: new Date(Date.now() + LATER_MS).toISOString() })
      return [running, silent, waiting]
    }

    async function allEnd(ids: string[]): Promise<void> {
      await Promise.all(ids.map((id) => sink.waitFor(id, 'job.completed')))
      for (const id of ids) expect(here.sandbox.state.createsFor(id)).toBe(1)
    }

    async function empty(): Promise<void> {
      if (host.redis !== null) {
        await using redis = Object.assign(new Redis(host.redis.url), { [Symbol.asyncDispose]: async () => void (await redis.quit()) })
        await redis.flushall()
      } else {
        const client = new pg.Client(host.env.DATABASE_URL)
        await client.connect()
        await emptyTables(client)
        await client.end()
      }
    }

    test('emptied under running jobs, it is filled again from the rows: each job ends, created once', async () => {
      const ids = await jobsAtEachStep()
      await empty()
      await allEnd(ids)
    })

    if (setup !== 'full') return

    test('gone for a while and back empty, it has lost neither submissions nor webhooks of that time', async () => {
      const before = await jobsAtEachStep()
      await host.redis?.stop()
      const { id } = await here.api.submit({ request: requests.text(), callback_url: sink.url })
      const acknowledged = await eventually(() => {
        const responses = before.map((job) =>
          [...here.sandbox.state.responses.values()].find(({ request }) => request.metadata.longhaul_job === job),
        )
        return here.sandbox.state.deliveries.find(
          ({ status, responseId }) => status === 200 && responses.some((one) => one?.id === responseId),
        )
      })
      expect(acknowledged.status).toBe(200)
      expect((await here.api.call('/readyz')).body).toMatchObject({ status: 'ready', queue: 'away' })
      await host.redis?.start()
      await allEnd([...before, id])
      await eventually(async () => ((await here.api.call('/readyz')).body.queue === 'ok' ? true : undefined))
    })
  })
}
