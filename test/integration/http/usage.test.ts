import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { finishTurn } from '../../../src/domain/finish-turn.ts'
import { recordUsage } from '../../../src/domain/price-turn.ts'
import { PRICES_VERSION } from '../../../src/domain/prices/price-usage.ts'
import { startTestHttp } from '../../support/http-context.ts'
import type { TestHttp } from '../../support/http-context.ts'
import { seedFinished, seedRunning } from '../../support/http-seed.ts'
import { SMALLEST } from '../../support/http-client.ts'
import type { HttpClient } from '../../support/http-client.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

const ANSWER = {
  model: 'gpt-5.5-2026-04-23',
  service_tier: 'default',
  created_at: Date.UTC(2026, 10, 20) / 1_000,
  usage: { input_tokens: 1_000, output_tokens: 100 },
}
const NOTHING = { turns: 0, input_tokens: 0, cost_usd: 0, unpriced_turns: 0, estimated: false }

async function finished(api: HttpClient, response: object = {}, fields: Record<string, unknown> = {}) {
  const { id } = await api.submit({ request: SMALLEST, ...fields })
  return seedFinished(http.context, id, { response: { ...ANSWER, ...response } })
}

describe('a job', () => {
  test('shows what it cost', async () => {
    const { job } = await finished(http.api)
    expect((await http.api.call(`/v1/jobs/${job.id}`)).body.cost_usd).toBe(0.008)
  })

  test.each([
    ['whose model nobody priced', { model: 'gpt-unheard-of' }],
    ['that was cancelled', { status: 'cancelled', usage: null }],
    ['that failed', { status: 'failed', usage: null, error: { code: 'server_error', message: 'no' } }],
  ])('%s has no known cost, rather than none', async (_name, response) => {
    const { job } = await finished(http.api, response)
    expect((await http.api.call(`/v1/jobs/${job.id}`)).body.cost_usd).toBeNull()
  })

  test('is charged once, however often its turn is read', async () => {
    const api = await http.tenant()
    const { id } = await api.submit()
    const seeded = await seedRunning(http.context, id)
    const nothing = { error: null, incompleteDetails: null, requiredAction: null }
    const read = { ...seeded, verdict: { ...nothing, status: 'completed' as const }, text: '{}', response: ANSWER, artifacts: [] }
    const outcomes = [await finishTurn(http.context, read), await finishTurn(http.context, read)].map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['completed', 'finished_elsewhere'])
    await recordUsage(http.context.store, { ...read, at: new Date() })
    expect((await api.call('/v1/usage')).body.total).toMatchObject({ turns: 1, input_tokens: 1_000, cost_usd: 0.008 })
    expect((await api.call(`/v1/jobs/${id}`)).body.cost_usd).toBe(0.008)
  })
})

describe('usage', () => {
  test('is summed up by day for the last thirty days unless asked otherwise', async () => {
    const api = await http.tenant()
    expect((await api.call('/v1/usage')).body).toMatchObject({ data: [], total: NOTHING, has_more: false })
    const { job } = await finished(api)
    await finished(api, { model: 'gpt-unheard-of' })
    const { body } = await api.call('/v1/usage')
    const sums = { turns: 2, input_tokens: 2_000, output_tokens: 200, cost_usd: 0.008, unpriced_turns: 1, estimated: true }
    expect(body.data).toEqual([expect.objectContaining({ group: job.finishedAt?.toISOString().slice(0, 10), ...sums })])
    expect(body.total).toMatchObject(sums)
    expect(body.prices).toEqual({ version: PRICES_VERSION })
    expect(Date.parse(body.to) - Date.parse(body.from)).toBe(30 * 86_400_000)
  })

  test('is grouped by model, key or label, and stays with its tenant', async () => {
    const api = await http.tenant()
    const { job } = await finished(api, {}, { labels: { team: 'growth' } })
    await finished(api, { model: 'gpt-5.6-luna', service_tier: 'flex' }, { labels: { env: 'test' } })
    await finished(api, { model: 'gpt-unheard-of' })
    const groups = async (query: string): Promise<unknown[]> =>
      (await api.call(`/v1/usage?${query}`)).body.data.map((one: { group: string; cost_usd: number }) => [one.group, one.cost_usd])
    expect(await groups('group_by=model')).toEqual([
      ['gpt-5.5-2026-04-23', 0.008],
      ['gpt-5.6-luna', 0.00016],
      ['gpt-unheard-of', null],
    ])
    expect(await groups('group_by=key')).toEqual([[job.keyId, 0.00816]])
    expect(await groups('group_by=label&label=team')).toEqual([
      ['growth', 0.008],
      [null, 0.00016],
    ])
  })

  test('outlives its job', async () => {
    const api = await http.tenant()
    const { job } = await finished(api)
    await api.call(`/v1/jobs/${job.id}`, { method: 'DELETE' })
    await http.context.store.jobs.remove(job.id)
    expect((await api.call('/v1/usage')).body.total.cost_usd).toBe(0.008)
  })

  test('shows a thousand groups at most, and a total of all', async () => {
    const api = await http.tenant()
    const { job } = await finished(api)
    const turn = (await http.context.store.turns.listForJob(job.id))[0]!
    for (let n = 0; n < 1_001; n += 1)
      await recordUsage(http.context.store, {
        job,
        turn: { ...turn, id: `turn_${n}_${job.id}` },
        response: { ...ANSWER, model: `m${n}` },
        at: new Date(),
      })
    const { body } = await api.call('/v1/usage?group_by=model')
    expect([body.data.length, body.has_more, body.data[0].group]).toEqual([1_000, true, 'gpt-5.5-2026-04-23'])
    expect(body.total).toMatchObject({ turns: 1_002, unpriced_turns: 1_001, cost_usd: 0.008 })
  })

  test.each([
    ['group_by=week', 'group_by'],
    ['group_by=label', 'label'],
    ['label=team', 'label'],
    ['group_by=model&label=team', 'label'],
    ['group_by=label&label=Team', 'label'],
    ['group_by=label&label=', 'label'],
    ['from=2026-11-01', 'from'],
    ['from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z', 'from'],
    ['from=2026-11-01T00:00:00Z&to=2026-11-01T00:00:00Z', 'from'],
    ['from=2024-11-01T00:00:00Z&to=2026-11-01T00:00:00Z', 'from'],
    ['limit=5', 'limit'],
  ])('%s is refused by name', async (query, field) => {
    const { status, body } = await http.api.call(`/v1/usage?${query}`)
    expect([status, body.error.details[0]?.field]).toEqual([400, field])
  })
})
