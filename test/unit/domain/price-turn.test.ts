import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../../src/domain/model.ts'
import { usageOf } from '../../../src/domain/price-turn.ts'
import { PRICES_VERSION } from '../../../src/domain/prices/price-usage.ts'
import { after, jobRow, T0, turnRow } from '../../support/database-rows.ts'

const JOB = jobRow({ keyId: 'key_1', model: 'gpt-5.5', labels: { team: 'growth' } })
const TURN = turnRow({ submittedAt: T0, model: 'gpt-5.5-2026-04-23' })
const CREATED = Date.UTC(2026, 10, 20) / 1_000

const usageFor = (response: JsonObject) => usageOf({ job: JOB, turn: TURN, response, at: after(60) })
const tokens = { input_tokens: 100, output_tokens: 10 }

describe('the row of a turn', () => {
  test('has what the response tells, and whose it was', () => {
    const row = usageFor({
      model: 'gpt-5.6-luna',
      created_at: CREATED,
      service_tier: 'default',
      tools: [{ type: 'web_search' }, { type: 'image_generation', model: 'gpt-image-2' }],
      usage: {
        input_tokens: 1_000,
        input_tokens_details: { cached_tokens: 200, cache_write_tokens: 100 },
        output_tokens: 500,
        output_tokens_details: { reasoning_tokens: 300 },
      },
      tool_usage: {
        image_gen: { input_tokens: 50, input_tokens_details: { text_tokens: 50, image_tokens: 0 }, output_tokens: 1_000 },
        web_search: { num_requests: 2 },
      },
      output: [{ type: 'file_search_call' }, { type: 'web_search_call', action: {} }],
    })
    expect(row).toEqual({
      turnId: 'turn_1',
      jobId: 'job_1',
      tenantId: 'ten_1',
      keyId: 'key_1',
      account: 'default',
      model: 'gpt-5.6-luna',
      serviceTier: 'default',
      labels: { team: 'growth' },
      inputTokens: 1_000,
      cachedTokens: 200,
      cacheWriteTokens: 100,
      outputTokens: 500,
      reasoningTokens: 300,
      imageInputTokens: 50,
      imageOutputTokens: 1_000,
      webSearches: 2,
      fileSearches: 1,
      containers: 0,
      costMicroUsd: 700 * 0.2 + 200 * 0.02 + 100 * 0.25 + 500 * 1.2 + 50 * 5 + 1_000 * 30 + 2 * 10_000 + 2_500,
      estimated: false,
      prices: PRICES_VERSION,
      createdAt: after(60),
    })
  })

  test.each([
    ['none', { status: 'cancelled', usage: null }],
    ['a list', { usage: [] }],
    ['half of it', { usage: { input_tokens: 5 } }],
    ['no number', { usage: { input_tokens: '5', output_tokens: 1 } }],
    ['less than nothing', { usage: { input_tokens: -5, output_tokens: 1 } }],
    ['more than there is', { usage: { input_tokens: 2 ** 52, output_tokens: 1 } }],
  ])('with usage that is %s has no tokens and an unknown cost, never 0', (_name, response) => {
    expect(usageFor(response)).toMatchObject({ inputTokens: 0, outputTokens: 0, costMicroUsd: null, estimated: true })
  })

  test('is priced by the model that ran, else as the turn, else as the job has it', () => {
    expect(usageFor({ model: 'nobody-knows', usage: tokens })).toMatchObject({ model: 'nobody-knows', costMicroUsd: null })
    expect(usageFor({ usage: tokens })).toMatchObject({ model: 'gpt-5.5-2026-04-23', costMicroUsd: 800 })
    expect(usageOf({ job: JOB, turn: turnRow(), response: { usage: tokens }, at: T0 }).model).toBe('gpt-5.5')
  })

  test('is priced as of the day OpenAI began it, else of the day it was sent', () => {
    const luna = (response: JsonObject) => usageFor({ model: 'gpt-5.6-luna', service_tier: 'default', usage: tokens, ...response })
    expect(luna({ created_at: CREATED })).toMatchObject({ costMicroUsd: 32, estimated: false })
    for (const odd of [null, 'soon', 1e300, 2 ** 52, -1] as Json[])
      expect(luna({ created_at: odd })).toMatchObject({ costMicroUsd: 160, estimated: true })
  })

  test('counts searches and containers from the items where nothing tells, and says that it did', () => {
    const output: Json[] = [
      { type: 'web_search_call', action: { type: 'search', queries: ['a', 'b'] } },
      { type: 'web_search_call', action: { type: 'open_page', url: null } },
      { type: 'web_search_call' },
      { type: 'code_interpreter_call', container_id: 'cntr_1' },
      { type: 'code_interpreter_call', container_id: 'cntr_1' },
      { type: 'shell_call', environment: { type: 'container_reference', container_id: 'cntr_2' } },
      { type: 'image_generation_call', result: null },
      { type: 'image_generation_call', status: 'generating', result: 'longhaul:artifact/art_1', size: '1024x1024', quality: 'low' },
      7,
      null,
    ]
    const tools = [{ type: 'code_interpreter', container: { type: 'auto', memory_limit: '4g' } }]
    const row = usageFor({ created_at: CREATED, service_tier: 'default', usage: tokens, output, tools })
    expect(row).toMatchObject({ webSearches: 1, containers: 2, imageOutputTokens: 0, estimated: true })
    expect(row.costMicroUsd).toBe(800 + 10_000 + 2 * 120_000 + 6_000)
  })
})
