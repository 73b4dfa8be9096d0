import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Body } from '../support/api-client.ts'
import { eventually } from '../support/eventually.ts'
import { requests } from '../support/requests.ts'
import { startSetup } from '../support/setups.ts'
import type { SetupHost } from '../support/setups.ts'
import { startTestApp } from '../support/start-app.ts'
import type { TestApp } from '../support/start-app.ts'

let host: SetupHost
let here: TestApp
beforeAll(async () => {
  host = await startSetup('embedded')
  here = await startTestApp(host)
})
afterAll(async () => {
  for (const part of [here, host]) await part?.[Symbol.asyncDispose]()
})

const submit = (scenario: string, change: object = {}): Promise<Body> =>
  here.api.submit({ request: requests.text({ sandbox_scenario: scenario }), ...change })
const cancel = (id: string): Promise<Body> => here.api.call(`/v1/jobs/${id}/cancel`, { method: 'POST' })
const atOpenAi = (responseId: string): unknown => here.sandbox.state.responses.get(responseId)?.body.status

async function running(scenario: string): Promise<Body> {
  const { id } = await submit(scenario)
  return eventually(async () => {
    const { body } = await here.api.call(`/v1/jobs/${id}`)
    return body.response_id === null ? undefined : body
  })
}

test.each(['stuck_in_progress', 'stuck_queued', 'stuck_in_progress,cancel_slow:300', 'stuck_in_progress,cancel_500:2'])(
  'a cancelled job no longer runs at OpenAI (%s)',
  async (scenario) => {
    const { id, response_id: responseId } = await running(scenario)
    await cancel(id)
    expect(await here.api.settled(id)).toMatchObject({ status: 'cancelled', error: null })
    expect(atOpenAi(responseId)).toBe('cancelled')
  },
)

test('a job past its deadline fails, and no longer runs at OpenAI', async () => {
  const { id } = await submit('stuck_in_progress', { deadline_seconds: 1 })
  const { response_id: responseId, status, error } = await here.api.settled(id)
  expect({ status, code: error.code }).toEqual({ status: 'failed', code: 'deadline_exceeded' })
  expect(atOpenAi(responseId)).toBe('cancelled')
})

test('a job cancelled before its start is never sent', async () => {
  const { id } = await submit('', { start_after: new Date(Date.now() + 600_000).toISOString() })
  expect((await cancel(id)).body.status).toBe('cancelled')
  expect(here.sandbox.state.createsFor(id)).toBe(0)
})
