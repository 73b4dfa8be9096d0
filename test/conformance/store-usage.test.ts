import { beforeEach, expect, test } from 'vitest'
import type { UsageRow } from '../../src/domain/usage-row.ts'
import type { UsageQuery } from '../../src/domain/store.ts'
import { after, T0 } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'

const ROW: UsageRow = {
  turnId: 'turn_1',
  jobId: 'job_1',
  tenantId: 'ten_1',
  keyId: 'key_1',
  account: 'default',
  model: 'gpt-x',
  serviceTier: 'default',
  labels: {},
  inputTokens: 100,
  cachedTokens: 10,
  cacheWriteTokens: 5,
  outputTokens: 20,
  reasoningTokens: 15,
  imageInputTokens: 1,
  imageOutputTokens: 2,
  webSearches: 3,
  fileSearches: 4,
  containers: 1,
  costMicroUsd: 1_000,
  estimated: false,
  prices: '2026-01-01',
  createdAt: T0,
}

describeStores('usage', (here) => {
  beforeEach(() => here().database.pool.query('delete from longhaul.usage'))

  let made = 0
  const add = (change: Partial<UsageRow>) => here().store.usage.insert({ ...ROW, turnId: `turn_n${(made += 1)}`, ...change })
  const group = (change: Partial<UsageQuery>) =>
    here().store.usage.group({ tenantId: 'ten_1', by: 'model', from: T0, to: after(86_400), limit: 100, ...change })
  const shown = async (change: Partial<UsageQuery>) =>
    (await group(change)).map((one) => [one.group, one.turns, one.costMicroUsd, one.unpriced])

  test('a turn is written once, and what it cost stays as it was', async () => {
    const { usage } = here().store
    expect(await usage.insert(ROW)).toBe(true)
    expect(await usage.insert({ ...ROW, costMicroUsd: 7_777 })).toBe(false)
    expect(await usage.costOfJob('job_1')).toBe(1_000)
    expect(await shown({})).toEqual([['gpt-x', 1, 1_000, 0]])
  })

  test('a job costs the sum of its turns, and nothing known while one of them is unknown', async () => {
    const { usage } = here().store
    expect(await usage.costOfJob('job_1')).toBeNull()
    await add({})
    await add({ costMicroUsd: 0 })
    expect(await usage.costOfJob('job_1')).toBe(1_000)
    await add({ costMicroUsd: null })
    expect(await usage.costOfJob('job_1')).toBeNull()
  })

  test('every count is summed up, beyond what an integer holds', async () => {
    const big = 2_147_483_647
    await add({ inputTokens: big, webSearches: big, costMicroUsd: 3_000_000_000_000 })
    await add({ inputTokens: big, webSearches: big, costMicroUsd: null, estimated: true })
    expect(await group({})).toEqual([
      {
        group: 'gpt-x',
        turns: 2,
        inputTokens: 2 * big,
        cachedTokens: 20,
        cacheWriteTokens: 10,
        outputTokens: 40,
        reasoningTokens: 30,
        imageInputTokens: 2,
        imageOutputTokens: 4,
        webSearches: 2 * big,
        fileSearches: 8,
        containers: 2,
        costMicroUsd: 3_000_000_000_000,
        unpriced: 1,
        estimated: true,
      },
    ])
  })

  test('a period begins with its first moment and ends before its last, for one tenant alone', async () => {
    await add({ createdAt: after(-0.001) })
    await add({ createdAt: T0, model: 'first' })
    await add({ createdAt: after(10), model: 'last' })
    await add({ tenantId: 'ten_2' })
    expect(await shown({ to: after(10) })).toEqual([['first', 1, 1_000, 0]])
    expect(await shown({ from: after(11) })).toEqual([])
  })

  test('days are those of UTC, in their order', async () => {
    const [from, to] = [new Date('2026-03-01T00:00:00Z'), new Date('2026-03-03T00:00:00Z')]
    await add({ createdAt: new Date('2026-03-02T00:00:00Z'), costMicroUsd: 9_000 })
    await add({ createdAt: new Date('2026-03-01T23:59:59.999Z') })
    await add({ createdAt: from })
    expect(await shown({ by: 'day', from, to })).toEqual([
      ['2026-03-01', 2, 2_000, 0],
      ['2026-03-02', 1, 9_000, 0],
    ])
  })

  test('other groups come with the dearest first, those without one by themselves, no more than asked for', async () => {
    await add({ keyId: null, labels: { team: 'a', "it's": 'odd' }, costMicroUsd: 5_000 })
    await add({ keyId: 'key_2', labels: { team: 'a' } })
    await add({ keyId: 'key_2', labels: { team: '' }, costMicroUsd: null })
    await add({ labels: { other: 'a' }, costMicroUsd: 500 })
    expect(await shown({ by: 'key' })).toEqual([
      [null, 1, 5_000, 0],
      ['key_2', 2, 1_000, 1],
      ['key_1', 1, 500, 0],
    ])
    expect(await shown({ by: 'label', label: 'team' })).toEqual([
      ['a', 2, 6_000, 0],
      [null, 1, 500, 0],
      ['', 1, 0, 1],
    ])
    expect(await shown({ by: 'label', label: "it's" })).toEqual([
      ['odd', 1, 5_000, 0],
      [null, 3, 1_500, 1],
    ])
    expect(await shown({ by: 'key', limit: 1 })).toEqual([[null, 1, 5_000, 0]])
  })
})
