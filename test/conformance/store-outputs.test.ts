import { expect, test } from 'vitest'
import type { Json } from '../../src/domain/model.ts'
import type { Store } from '../../src/domain/store.ts'
import { outputMatch } from '../../src/domain/structured-answer.ts'
import { insertJob, insertTurn, resultRow } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'

async function insertAnswer(store: Store, id: string, outputJson: Json, number = 1): Promise<void> {
  const turnId = `turn_${id}_${number}`
  await insertTurn(store, { id: turnId, jobId: `job_${id}`, number })
  await store.results.insert(resultRow({ turnId, jobId: `job_${id}`, outputJson }))
}

function matchIn(store: Store) {
  return async (...conditions: string[]): Promise<string> => {
    const output = conditions.map((condition) => outputMatch(...(condition.split('=') as [string, string])))
    const found = await store.jobs.list({ tenantId: 'ten_1', output }, { limit: 10, before: null })
    return found
      .map(({ id }) => id.slice(4))
      .toSorted()
      .join('')
  }
}

describeStores('structured answers', (here) => {
  test('are found by the scalars in them, each as its own type', async () => {
    const { store } = here()
    await insertAnswer(store, 'a', { score: 5, ok: true, name: 'Ann', none: null, author: { name: 'Bo' }, items: [{ x: 1 }, { x: 2 }] })
    await insertAnswer(store, 'b', { score: '5', ok: false, author: 'Bo', items: { 0: { x: 1 } } })
    await insertAnswer(store, 'c', null)
    await insertAnswer(store, 'd', ['score', 5])
    await insertJob(store, { id: 'job_e' })
    await insertAnswer(store, 'f', {
      grid: [
        [1, { deep: 'x' }],
        [3, 4],
      ],
    })
    const matched: Record<string, string> = {}
    const expected = {
      'score=5': 'a',
      'score=5.0': 'a',
      'score="5"': 'b',
      'ok=true': 'a',
      'ok=false': 'b',
      'name=Ann': 'a',
      'name=ann': '',
      'none=null': 'a',
      'other=null': '',
      'author.name=Bo': 'a',
      'author=Bo': 'b',
      'items.0.x=1': 'ab',
      'items.1.x=2': 'a',
      'items.x=1': '',
      '1=5': 'd',
      '0=5': '',
      '00.x=1': '',
      'grid.1.0=3': 'f',
      'grid.0.0=3': '',
      'grid.0.1.deep=x': 'f',
    }
    for (const condition of Object.keys(expected)) matched[condition] = await matchIn(store)(condition)
    expect(matched).toEqual(expected)
    expect(await matchIn(store)('score=5', 'author.name=Bo', 'items.1.x=2')).toBe('a')
    expect(await matchIn(store)('score=5', 'ok=false')).toBe('')
  })

  test('count as they stand in the newest result of their job', async () => {
    const { store } = here()
    await insertAnswer(store, 'a', { score: 1 }, 1)
    await insertAnswer(store, 'a', { score: 2 }, 2)
    expect([await matchIn(store)('score=1'), await matchIn(store)('score=2')]).toEqual(['', 'a'])
  })

  test('are matched by awkward names and values as they are', async () => {
    const { store } = here()
    const odd = `it's "odd" {} \\ $1`
    await insertAnswer(
      store,
      'a',
      JSON.parse(`{"__proto__":{"k":1},${JSON.stringify(odd)}:${JSON.stringify(odd)},"big":12345678901234567890}`),
    )
    expect(await matchIn(store)('__proto__.k=1')).toBe('a')
    expect(await matchIn(store)(`${odd}=${odd}`)).toBe('a')
    expect(await matchIn(store)('big=12345678901234567890')).toBe('a')
    for (const hostile of ["'=x", '{}=x', '%=x', '99999999999999999999=1', 'a'.repeat(64) + '=x'])
      expect(await matchIn(store)(hostile)).toBe('')
  })
})
