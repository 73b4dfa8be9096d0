import { afterEach, describe, expect, test } from 'vitest'
import { continueJob } from '../../../src/domain/continue-job.ts'
import type { Job, Json, JsonObject } from '../../../src/domain/model.ts'
import type { Actions } from '../../../src/domain/read-actions.ts'
import { parseSearch } from '../../../src/domain/search-terms.ts'
import { eachWorld, PRINCIPAL } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { found, pngBytes } from '../../support/scripted-openai.ts'

const world = eachWorld()
afterEach(async () => world().app.objects.remove(await stored(world())))

const SCREEN = Buffer.concat([pngBytes(40, 30), Buffer.alloc(300_000, 'noise')])
const uri = (raw: Buffer): string => `data:image/png;base64,${raw.toString('base64')}`
const show = (raw: Buffer): JsonObject => ({ type: 'input_image', image_url: uri(raw) })

const give = (callId: string, output: Json = [show(SCREEN), { type: 'input_text', text: 'a lighthouse' }, show(SCREEN)]): Actions => ({
  outputs: [{ callId, output, status: null, acknowledgedSafetyChecks: null }],
  approvals: [],
})

async function stored(w: World): Promise<string[]> {
  return (await Array.fromAsync(w.app.objects.list(`${PRINCIPAL.tenantId}/`))).map(({ key }) => key)
}

const take = (w: World, job: Job, actions: Actions) => continueJob(w.app, { id: job.id, tenantId: PRINCIPAL.tenantId, actions })

async function ask(w: World, job: Job, callId: string): Promise<void> {
  const output = [{ type: 'function_call', call_id: callId, name: 'look', arguments: '{}' }]
  w.openai.onRetrieve = async (id) => found({ id, status: 'completed', output })
  expect(await w.run('collect-turn', { turnId: (await w.turn(job.id)).id })).toBe('requires_action')
}

async function waiting(w: World, request: JsonObject = { model: 'gpt-x', input: 'look!' }): Promise<Job> {
  const { job } = await w.started({ request })
  await ask(w, job, 'call_1')
  return w.job(job.id)
}

async function send(w: World, job: Job): Promise<JsonObject | undefined> {
  await w.run('submit-job', { turnId: (await w.turn(job.id)).id })
  return w.openai.created.at(-1)
}

test('a screenshot is kept once beside a row that no longer holds it, sent as it came, and its words are found', async () => {
  const w = world()
  const job = await waiting(w)
  expect((await take(w, job, give('call_1'))).outcome).toBe('continued')
  const turn = await w.turn(job.id)
  expect(turn).not.toHaveProperty('input')
  expect((await w.app.store.turns.getInput(turn.id))?.length).toBeLessThan(500)
  expect(await w.artifacts(job.id)).toEqual([
    expect.objectContaining({ kind: 'input', turnId: turn.id, bytes: SCREEN.length, width: 40, prefix: 'data:image/png;base64,' }),
  ])
  expect(await stored(w)).toHaveLength(1)
  expect((await send(w, job))?.input).toMatchObject([{ call_id: 'call_1', output: give('call_1').outputs[0]?.output }])
  const terms = parseSearch('lighthouse') ?? []
  const hits = await w.app.store.search.find({ terms, filter: { tenantId: PRINCIPAL.tenantId } }, { limit: 5, after: null })
  expect(hits.map((hit) => hit.job.id)).toEqual([job.id])
})

test('what the request or an earlier turn brought along is not stored again', async () => {
  const w = world()
  const job = await waiting(w, { model: 'gpt-x', input: [{ role: 'user', content: [show(SCREEN)] }] })
  const before = await stored(w)
  await take(w, job, give('call_1'))
  expect((await send(w, job))?.input).toMatchObject([{ output: [show(SCREEN), {}, show(SCREEN)] }])
  await ask(w, job, 'call_2')
  const other = Buffer.concat([SCREEN, Buffer.from('!')])
  await take(w, job, give('call_2', [show(SCREEN), show(other)]))
  expect(await stored(w)).toHaveLength(before.length + 1)
  expect((await send(w, job))?.input).toMatchObject([{ call_id: 'call_2', output: [show(SCREEN), show(other)] }])
})

describe('the same screenshots given again', () => {
  test('are known by what was kept of them, and leave nothing behind', async () => {
    const w = world()
    const job = await waiting(w)
    const outcomes = await Promise.all([1, 2, 3].map(async () => (await take(w, job, give('call_1'))).outcome))
    expect(outcomes.toSorted()).toEqual(['continued', 'repeated', 'repeated'])
    expect((await take(w, job, give('call_1'))).outcome).toBe('repeated')
    expect((await take(w, job, give('call_1', [show(pngBytes(2, 2))]))).outcome).toBe('not_waiting')
    expect(await stored(w)).toEqual((await w.artifacts(job.id)).map(({ objectKey }) => objectKey))
    expect((await send(w, job))?.input).toMatchObject([{ output: [show(SCREEN), {}, show(SCREEN)] }])
  })

  test('to a store that is away change nothing, and may be given again', async () => {
    const w = world()
    const job = await waiting(w)
    const { objects } = w.app
    w.app.objects = { ...objects, put: () => Promise.reject(new Error('away')) }
    await expect(take(w, job, give('call_1'))).rejects.toMatchObject({ status: 503, retryAfterSeconds: 5 })
    expect(await w.job(job.id)).toMatchObject({ status: 'requires_action' })
    w.app.objects = objects
    expect((await take(w, job, give('call_1'))).outcome).toBe('continued')
  })
})

test('a job that comes to wait only after the look is continued all the same', async () => {
  const w = world()
  const job = await waiting(w)
  await take(w, job, give('call_1', 'sun'))
  await send(w, job)
  const { get } = w.app.store.jobs
  let asked = 0
  w.app.store = {
    ...w.app.store,
    jobs: {
      ...w.app.store.jobs,
      get: async (...args) => {
        const seen = await get(...args)
        if (asked++ === 0) await ask(w, job, 'call_2')
        return seen
      },
    },
  }
  expect((await take(w, job, give('call_2'))).outcome).toBe('continued')
  expect(await w.turn(job.id)).toMatchObject({ number: 3 })
})
