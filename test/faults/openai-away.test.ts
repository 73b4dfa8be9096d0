import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { quickClock } from '../support/quick-clock.ts'
import { requests } from '../support/requests.ts'
import { startSetup } from '../support/setups.ts'
import type { SetupHost } from '../support/setups.ts'
import { startTestApp } from '../support/start-app.ts'
import type { TestApp } from '../support/start-app.ts'

let host: SetupHost
let here: TestApp
beforeAll(async () => {
  host = await startSetup('embedded')
  // At this pace a slow machine would lose a claim that is worked on, were it as short as it is elsewhere.
  here = await startTestApp(host, { webhooks: false, clock: quickClock(10), env: { CLAIM_SECONDS: '3600' } })
}, 60_000)
beforeEach(() => here.sandbox.state.outage('none'))
afterAll(async () => {
  await here?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
})

const CREATE = /^POST \S*\/responses$/

async function submit(count: number): Promise<string[]> {
  const made = Array.from({ length: count }, () => here.api.submit({ request: requests.text() }))
  return (await Promise.all(made)).map(({ id }) => id)
}

/** All of them are queued, each at one of these stages. */
function atStage(ids: string[], ...stages: string[]): Promise<true> {
  return eventually(async () => {
    for (const id of ids) {
      const { body } = await here.api.call(`/v1/jobs/${id}`)
      expect(body.status).toBe('queued')
      expect(stages).toContain(body.progress?.stage)
    }
    return true as const
  })
}

async function holds(): Promise<{ reason: string; model: string | null }[]> {
  const { status, body } = await here.api.call('/readyz?verbose')
  expect([status, body.status]).toEqual([200, 'ready'])
  return body.holds
}

function creates(): number {
  return here.sandbox.state.requests.filter(({ method, path }) => CREATE.test(`${method} ${path}`)).length
}

async function completed(ids: string[]): Promise<void> {
  for (const id of ids) {
    expect((await here.api.settled(id)).status).toBe('completed')
    expect(here.sandbox.state.createsFor(id)).toBe(1)
  }
  await eventually(async () => ((await holds()).length === 0 ? true : undefined))
}

test(
  'an outage makes three jobs doubtful, holds the rest in `queued`, and all of those complete once it is over',
  { timeout: 90_000 },
  async () => {
    here.sandbox.state.outage('error_500')
    const lost = await submit(3)
    await atStage(lost, 'unconfirmed')
    const before = creates()
    const held = await submit(3)
    await atStage(held, 'held')
    const [hold] = await holds()
    expect(hold).toMatchObject({ account: 'default', model: null, reason: 'outage' })
    await eventually(async () => ((await holds())[0]?.reason === 'outage' && probes() > 1 ? true : undefined))
    expect(creates()).toBe(before)
    here.sandbox.state.outage('none')
    await completed(held)
  },
)

function probes(): number {
  return here.sandbox.state.requests.filter(({ path }) => path.includes('/resp_longhaul_probe')).length
}

test('a key that is refused for a while fails no job', { timeout: 90_000 }, async () => {
  here.sandbox.state.outage('unauthorized', { match: CREATE })
  const [first] = await submit(1)
  await eventually(async () => ((await holds())[0]?.reason === 'auth_failed' ? true : undefined))
  const held = await submit(4)
  await atStage(held, 'held', 'waiting') // the latter after a probe
  here.sandbox.state.outage('none')
  await completed([first as string, ...held])
})

test('a storm of rate limits ends with every job created once', { timeout: 90_000 }, async () => {
  here.sandbox.state.outage('rate_limited', { match: CREATE, times: 3 })
  await completed(await submit(6))
})

test('no connection at all holds jobs too, and makes none doubtful', { timeout: 90_000 }, async () => {
  await here.sandbox.state.refuseConnections(true)
  const ids = await submit(5)
  await eventually(async () => ((await holds())[0]?.reason === 'outage' ? true : undefined))
  await here.sandbox.state.refuseConnections(false)
  await completed(ids)
})
