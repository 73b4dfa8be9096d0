import { afterEach, describe, expect, test } from 'vitest'
import { deleteJob } from '../../../src/domain/delete-job.ts'
import type { Artifact, Job, Json, JsonObject } from '../../../src/domain/model.ts'
import type { Store } from '../../../src/domain/ports.ts'
import { submitJob } from '../../../src/domain/submit-job.ts'
import { eachWorld, PRINCIPAL, submission } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { answering, bytes, pngBytes } from '../../support/scripted-openai.ts'

const world = eachWorld()
afterEach(async () => world().app.objects.remove(await stored(world())))

const PICTURE = Buffer.concat([pngBytes(40, 30), Buffer.alloc(200_000, 'noise')])
const PDF = Buffer.from(`%PDF-1.7\n${'x'.repeat(3_000)}`)
const uri = (raw: Buffer, head = 'data:image/png;base64,'): string => head + raw.toString('base64')

/** An edit of one picture that is shown twice, with a mask, a document and two files that OpenAI has. */
function editing(): JsonObject {
  const content: Json[] = [
    { type: 'input_text', text: 'Make it blue.' },
    { type: 'input_image', image_url: uri(PICTURE), detail: 'high' },
    { type: 'input_file', filename: '../brief.pdf', file_data: PDF.toString('base64') },
    { type: 'input_image', file_id: 'file-abc' },
  ]
  return {
    model: 'gpt-x',
    input: [
      { role: 'user', content },
      { role: 'user', content: [{ type: 'input_image', image_url: uri(PICTURE) }] },
    ],
    tools: [{ type: 'image_generation', input_image_mask: { image_url: uri(pngBytes().fill(0, 24), 'data:image/PNG;base64,') } }],
  }
}

async function stored(w: World): Promise<string[]> {
  return (await Array.fromAsync(w.app.objects.list(`${PRINCIPAL.tenantId}/`))).map(({ key }) => key)
}

async function send(w: World, job: Job): Promise<JsonObject | undefined> {
  await w.run('submit-job', { turnId: (await w.turn(job.id)).id })
  return w.openai.created.at(-1)
}

/** A store whose transactions end as `end` has it. */
function ending(w: World, end: (work: () => Promise<unknown>) => Promise<unknown>): void {
  const { store } = w.app
  w.app.store = { ...store, transaction: (work) => store.transaction((tx) => end(() => work(tx))) as never } satisfies Store
}

const images = (artifacts: Artifact[]): object[] =>
  artifacts.map(({ kind, itemType, filename, contentType, fileId }) => ({ kind, itemType, filename, contentType, fileId }))

test('what a request brings along is kept once each, beside a row that no longer holds it, and sent as it came', async () => {
  const w = world()
  const request = editing()
  const { job, turn } = await w.submit({ request })
  const artifacts = await w.artifacts(job.id)
  expect(images(artifacts)).toHaveLength(3)
  expect(artifacts).toContainEqual(
    expect.objectContaining({
      kind: 'input',
      turnId: turn.id,
      width: 40,
      height: 30,
      bytes: PICTURE.length,
      prefix: 'data:image/png;base64,',
    }),
  )
  expect(artifacts).toContainEqual(
    expect.objectContaining({ itemType: 'input_file', filename: '../brief.pdf', contentType: 'application/pdf' }),
  )
  expect(artifacts).toContainEqual(expect.objectContaining({ fileId: 'file-abc', objectKey: null, status: 'stored', bytes: null }))
  expect(await stored(w)).toHaveLength(2)
  const body = (await w.app.store.jobs.getRequest(job.id))?.body ?? ''
  expect(body.length).toBeLessThan(1_500)
  expect(await send(w, job)).toMatchObject(request)
})

test('a mask is kept too, and inputs are listed while the job still waits', async () => {
  const w = world()
  const mask = uri(PICTURE, 'data:image/PNG;base64,')
  const request = { model: 'm', input: 'x', tools: [{ type: 'image_generation', input_image_mask: { image_url: mask } }] }
  const { job } = await w.submit({ request })
  expect(await w.artifacts(job.id)).toEqual([
    expect.objectContaining({ itemType: 'input_image_mask', path: 'request/tools/0/input_image_mask/image_url' }),
  ])
  expect((await send(w, job))?.tools).toEqual(request.tools)
})

test('base64 that would come back otherwise stays in the row', async () => {
  const w = world()
  const odd = `${uri(PICTURE)}\n`
  const request = { model: 'm', input: [{ role: 'user', content: [{ type: 'input_image', image_url: odd }] }] }
  const { job } = await w.submit({ request })
  expect(await w.artifacts(job.id)).toEqual([])
  expect((await send(w, job))?.input).toEqual(request.input)
})

test('a reference that a caller wrote himself stays the text it is, whoever’s artifact it names', async () => {
  const w = world()
  const { job: mine } = await w.submit({ request: editing() })
  const other = await submitJob(w.app, {
    principal: { ...PRINCIPAL, tenantId: 'ten_other' },
    submission: submission({ request: editing() }),
    idempotency: null,
  })
  const theirs = 'job' in other ? await w.artifacts(other.job.id) : []
  const named = [...(await w.artifacts(mine.id)), ...theirs].map(({ id }) => `longhaul:artifact/${id}`)
  expect(named).toHaveLength(6)
  const content = [...named.map((image_url) => ({ type: 'input_image', image_url })), { type: 'input_image', image_url: uri(PICTURE) }]
  const request = { model: 'm', input: [{ role: 'user', content }] }
  const { job } = await w.submit({ request })
  expect((await send(w, job))?.input).toEqual(request.input)
})

describe('objects of a submission that made no job', () => {
  const keyed = (w: World, change: object = {}) =>
    submitJob(w.app, {
      principal: PRINCIPAL,
      submission: submission({ request: editing(), ...change }),
      idempotency: { key: 'k', bodyHash: 'h' },
    })

  test('are removed: a replay, a refusal, a transaction that failed', async () => {
    const w = world()
    expect(await keyed(w, { previousJobId: 'job_none' })).toEqual({ outcome: 'parent_unknown' })
    expect(await stored(w)).toEqual([])
    expect(await keyed(w)).toMatchObject({ outcome: 'created' })
    const kept = await stored(w)
    expect(kept).toHaveLength(2)
    const { objects } = w.app
    w.app.objects = { ...objects, put: () => Promise.reject(new Error('a replay stores nothing')) }
    expect(await keyed(w)).toMatchObject({ outcome: 'replayed' })
    w.app.objects = objects
    ending(w, async () => {
      throw new Error('the database went')
    })
    await expect(w.submit({ request: editing() })).rejects.toThrow('the database went')
    expect(await stored(w)).toEqual(kept)
  })

  test('are removed by all but one of those who come with one key at once', async () => {
    const w = world()
    const outcomes = await Promise.all([1, 2, 3].map(async () => (await keyed(w)).outcome))
    expect(outcomes.toSorted()).toEqual(['created', 'replayed', 'replayed'])
    expect(await stored(w)).toHaveLength(2)
  })

  test('stay where the commit may have happened: a row may name them', async () => {
    const w = world()
    ending(w, async (work) => {
      await work()
      throw new Error('no answer to the commit')
    })
    await expect(w.submit({ request: editing() })).rejects.toThrow('no answer')
    expect(await stored(w)).toHaveLength(2)
  })

  test('are not left by a store that goes away half way: nothing is accepted, and it may be tried again', async () => {
    const w = world()
    const { objects } = w.app
    let puts = 0
    w.app.objects = { ...objects, put: (...args) => (++puts === 2 ? Promise.reject(new Error('away')) : objects.put(...args)) }
    await expect(w.submit({ request: editing() })).rejects.toMatchObject({ status: 503, retryAfterSeconds: 5 })
    w.app.objects = objects
    expect(await stored(w)).toEqual([])
    expect(await w.app.store.jobs.list({ tenantId: PRINCIPAL.tenantId }, { limit: 9, before: null })).toEqual([])
  })
})

describe('a job whose input', () => {
  test('cannot be read just now waits, and is sent once', async () => {
    const w = world()
    const { job } = await w.submit({ request: editing() })
    const { objects } = w.app
    w.app.objects = { ...objects, get: () => Promise.reject(new Error('away')) }
    await expect(send(w, job)).rejects.toThrow('away')
    expect(await w.turn(job.id)).toMatchObject({ state: 'ready', submitAttempts: 0 })
    w.app.objects = objects
    expect(await send(w, job)).toMatchObject({ input: editing().input })
    expect(w.openai.created).toHaveLength(1)
  })

  test.each(['is gone', 'was changed'])('%s from the store fails unsent', async (what) => {
    const w = world()
    const { job } = await w.submit({ request: editing() })
    for (const { key, bytes: size } of await Array.fromAsync(w.app.objects.list(`${PRINCIPAL.tenantId}/`))) {
      if (what === 'is gone') await w.app.objects.remove([key])
      else await w.app.objects.put(key, bytes(Buffer.alloc(size)), { contentType: 'image/png' })
    }
    await send(w, job)
    expect(w.openai.created).toEqual([])
    expect(await w.job(job.id)).toMatchObject({
      status: 'failed',
      error: { code: 'internal_error', message: expect.stringMatching(/input art_/) },
    })
  })
})

test('inputs are no news: no event and no callback tells of them, and they go with their job', async () => {
  const w = world()
  const { job, turn } = await w.started({ request: editing(), callbackUrl: 'https://a.test/hook' })
  const output = [{ type: 'image_generation_call', id: 'ig_1', status: 'completed', result: 'AAAA' }]
  w.openai.onRetrieve = answering({ id: 'resp_1', status: 'completed', output }, { 'output/0/result': bytes(pngBytes()) })
  expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
  expect((await w.events(job.id)).filter(({ type }) => type === 'artifact.stored')).toHaveLength(1)
  const [told] = await w.app.store.deliveries.listForJob(job.id)
  expect(JSON.parse(told?.delivery.payload ?? '')).toMatchObject({ data: { artifacts: [{ kind: 'image' }] } })
  await deleteJob(w.app, { id: job.id, tenantId: PRINCIPAL.tenantId, upstream: false })
  await w.run('purge-job', { jobId: job.id })
  expect(await stored(w)).toEqual([])
})
