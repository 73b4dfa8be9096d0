import { expect, test } from 'vitest'
import { after, insertTurn, resultRow, T0, turnRow } from '../support/database-rows.ts'
import { describeStores } from '../support/database-stores.ts'

describeStores('turns', (here) => {
  test('a turn comes back as it was written, by its id, its response and its job', async () => {
    const { store } = here()
    const second = turnRow({
      id: 'turn_2',
      number: 2,
      state: 'running',
      responseId: 'resp_2',
      upstreamStatus: 'in_progress',
      model: 'gpt-x-2026-01-01',
      submitAttempts: 1,
      polls: 4,
      dueAt: after(1),
      claimedUntil: after(2),
      hintedAt: after(3),
      missingSince: after(4),
      lastError: { status: 429, code: 'rate_limit_exceeded', type: null, param: null, message: 'slow', requestId: 'req_1' },
      submittedAt: after(5),
      finishedAt: after(6),
    })
    await insertTurn(store, second)
    await insertTurn(store)
    expect(await store.turns.get('turn_2')).toStrictEqual(second)
    expect(await store.turns.findByResponseId('resp_2')).toStrictEqual(second)
    expect(await store.turns.listForJob('job_1')).toStrictEqual([turnRow(), second])
    expect(await store.turns.get('turn_3')).toBeNull()
    expect(await store.turns.findByResponseId('resp_3')).toBeNull()
  })

  test('what continues a job is read for itself, and stands in no row', async () => {
    const { store } = here()
    await insertTurn(store)
    const second = turnRow({ id: 'turn_2', number: 2 })
    await store.turns.insert(second, { input: '[{"output":"a\\u0000b"}]' })
    expect(await store.turns.listForJob('job_1')).toStrictEqual([turnRow(), second])
    expect(await store.turns.update('turn_2', { from: ['ready'], set: { polls: 0 } })).toStrictEqual(second)
    expect(await store.turns.getInput('turn_2')).toBe('[{"output":"a\\u0000b"}]')
    expect(await store.turns.getInput('turn_1')).toBeNull()
    expect(await store.turns.listInputs('job_1')).toEqual(['[{"output":"a\\u0000b"}]'])
  })

  test('one response belongs to one turn', async () => {
    const { store } = here()
    await insertTurn(store, { responseId: 'resp_1' })
    await expect(store.turns.insert(turnRow({ id: 'turn_2', number: 2, responseId: 'resp_1' }))).rejects.toMatchObject({ code: '23505' })
    await store.turns.insert(turnRow({ id: 'turn_2', number: 2 }))
    await store.turns.insert(turnRow({ id: 'turn_3', number: 3 }))
  })

  test('a claim is had by one, until it ends', async () => {
    const { store } = here()
    await insertTurn(store)
    const claim = (seconds: number) => store.turns.claim('turn_1', { states: ['ready'], now: after(seconds), until: after(seconds + 60) })
    const outcomes = await Promise.all([claim(0), claim(0), claim(0)])
    expect(outcomes.filter((turn) => turn !== null)).toEqual([turnRow({ claimedUntil: after(60) })])
    expect(await claim(59)).toBeNull()
    expect(await claim(60)).not.toBeNull()
  })

  test('a claim is for the states it names, and writes what it is told to', async () => {
    const { store } = here()
    await insertTurn(store)
    const claim = { now: T0, until: after(60), set: { state: 'submitting', submitAttempts: 1 } } as const
    expect(await store.turns.claim('turn_1', { ...claim, states: ['running', 'unconfirmed'] })).toBeNull()
    const claimed = await store.turns.claim('turn_1', { ...claim, states: ['ready'] })
    expect(claimed).toStrictEqual(turnRow({ state: 'submitting', submitAttempts: 1, claimedUntil: after(60) }))
    expect(await store.turns.claim('turn_2', { ...claim, states: ['ready'] })).toBeNull()
  })

  test('a claim is kept longer only while there is one', async () => {
    const { store } = here()
    await insertTurn(store)
    await store.turns.extendClaim('turn_1', after(60))
    expect((await store.turns.get('turn_1'))?.claimedUntil).toBeNull()
    await store.turns.claim('turn_1', { states: ['ready'], now: T0, until: after(60) })
    await store.turns.extendClaim('turn_1', after(120))
    expect((await store.turns.get('turn_1'))?.claimedUntil).toEqual(after(120))
  })

  test('an update is made only from the states it names', async () => {
    const { store } = here()
    await insertTurn(store, { lastError: null })
    expect(await store.turns.update('turn_1', { from: ['running'], set: { state: 'done' } })).toBeNull()
    const set = { state: 'running', responseId: 'resp_1', dueAt: after(2), claimedUntil: null } as const
    const updated = await store.turns.update('turn_1', { from: ['ready', 'submitting'], set })
    expect(updated).toStrictEqual(turnRow({ state: 'running', responseId: 'resp_1', dueAt: after(2) }))
    expect(await store.turns.update('turn_1', { from: ['running'], set: {} })).toStrictEqual(updated)
    const attempt = updated?.submitAttempts ?? 0
    expect(await store.turns.update('turn_1', { from: ['running'], attempt, set: {} })).toStrictEqual(updated)
    expect(await store.turns.update('turn_1', { from: ['running'], attempt: attempt + 1, set: { polls: 9 } })).toBeNull()
  })

  test('a hint is for a running turn', async () => {
    const { store } = here()
    await insertTurn(store, { state: 'running', dueAt: after(300) })
    await insertTurn(store, { id: 'turn_2', number: 2, state: 'done' })
    await store.turns.hint('turn_1', after(5))
    await store.turns.hint('turn_2', after(5))
    expect(await store.turns.get('turn_1')).toMatchObject({ dueAt: after(5), hintedAt: after(5) })
    expect(await store.turns.get('turn_2')).toMatchObject({ dueAt: null, hintedAt: null })
  })

  test('what is due is taken once, oldest first, and not while it is held or done', async () => {
    const { store } = here()
    const rows = [
      { id: 'turn_1', dueAt: after(1) },
      { id: 'turn_2', dueAt: after(0) },
      { id: 'turn_3', dueAt: after(10), claimedUntil: after(9) },
      { id: 'turn_held', dueAt: after(0), claimedUntil: after(11) },
      { id: 'turn_done', dueAt: after(0), state: 'done' },
      { id: 'turn_future', dueAt: after(11) },
      { id: 'turn_never', dueAt: null },
    ] as const
    for (const [index, row] of rows.entries()) await insertTurn(store, { ...row, number: index + 1 })
    const take = async (limit: number): Promise<string[]> => {
      const taken = await store.turns.takeDue({ now: after(10), nextDue: after(70), limit })
      expect(taken.every(({ dueAt }) => dueAt?.getTime() === after(70).getTime())).toBe(true)
      return taken.map(({ id }) => id).toSorted()
    }
    expect(await take(2)).toEqual(['turn_1', 'turn_2'])
    expect(await take(10)).toEqual(['turn_3'])
    expect(await take(10)).toEqual([])
  })

  test('sweeps at the same time share what is due', async () => {
    const { store } = here()
    for (let number = 1; number <= 20; number += 1) await insertTurn(store, { id: `turn_${number}`, number, dueAt: T0 })
    const sweep = () => store.turns.takeDue({ now: T0, nextDue: after(60), limit: 8 })
    const taken = (await Promise.all([sweep(), sweep(), sweep(), sweep()])).flat().map(({ id }) => id)
    expect(new Set(taken).size).toBe(taken.length)
    expect([...taken, ...(await sweep()).map(({ id }) => id)]).toHaveLength(20)
  })

  test('a turn has one result; the first stays', async () => {
    const { store } = here()
    await insertTurn(store)
    const citation = {
      type: 'url_citation',
      url: 'https://example.test',
      title: 'T',
      startIndex: 0,
      endIndex: 4,
      containerId: null,
      fileId: null,
      filename: null,
      artifactId: null,
    }
    const first = resultRow({ body: '{"id":"resp_1"}', outputText: 'Well.', citations: [citation], usage: { total_tokens: 3 } })
    await store.results.insert(first)
    await store.results.insert(resultRow({ body: '{"id":"other"}' }))
    expect(await store.results.getForTurn('turn_1')).toStrictEqual(first)
    expect(await store.results.getForTurn('turn_2')).toBeNull()
  })

  test("a job's result is that of its newest turn that has one", async () => {
    const { store } = here()
    await insertTurn(store, { id: 'turn_1', number: 1 })
    await insertTurn(store, { id: 'turn_2', number: 2 })
    await insertTurn(store, { id: 'turn_3', number: 3 })
    expect(await store.results.getForJob('job_1')).toBeNull()
    await store.results.insert(resultRow({ turnId: 'turn_2', createdAt: T0 }))
    await store.results.insert(resultRow({ turnId: 'turn_1', createdAt: after(9) }))
    expect((await store.results.getForJob('job_1'))?.turnId).toBe('turn_2')
  })
})
