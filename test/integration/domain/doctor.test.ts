import { afterEach, describe, expect, test } from 'vitest'
import { createIds } from '../../../src/domain/ids.ts'
import type { Job, Turn } from '../../../src/domain/model.ts'
import { removeOrphans } from '../../../src/domain/remove-orphans.ts'
import { examine, examOf, findings } from '../../support/doctor-exam.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { answering, bytes, found, message, pngBytes, upstreamError } from '../../support/scripted-openai.ts'

const world = eachWorld()
afterEach(async () => {
  const { objects } = world().app
  await objects.remove((await Array.fromAsync(objects.list(''))).map(({ key }) => key))
})

const HOUR = 3_600

function drawing(w: World): void {
  const response = { status: 'completed', output: [{ id: 'ig_1', type: 'image_generation_call', result: 'A' }], usage: { input_tokens: 5 } }
  w.openai.onRetrieve = (...args) => answering(response, { 'output/0/result': bytes(pngBytes()) })(...args)
}

async function finished(w: World): Promise<{ job: Job; turn: Turn; key: string; artifactId: string }> {
  const { job, turn } = await w.started()
  drawing(w)
  await w.run('collect-turn', { turnId: turn.id })
  w.queue.clear()
  const [artifact] = await w.artifacts(job.id)
  return { job: await w.job(job.id), turn, key: artifact?.objectKey ?? '', artifactId: artifact?.id ?? '' }
}

test('all is well: of a job in each state nothing is told', async () => {
  const w = world()
  await finished(w)
  await w.started()
  await w.submit({ startAfter: new Date(w.clock.now().getTime() + 1e6) })
  const { turn } = await w.started()
  w.openai.onRetrieve = async (id) => found({ id, status: 'completed', output: [{ type: 'function_call', call_id: 'c' }] })
  await w.run('collect-turn', { turnId: turn.id })
  w.openai.onRetrieve = async (id) => found({ id, status: 'in_progress' })
  const lines = await examine(w, { deep: true })
  expect(lines.at(-1)).toEqual({ kind: 'end', found: 0, mended: 0, broken: 0 })
  expect(lines.filter(({ kind }) => kind === 'check')).toHaveLength(12)
})

test('nothing is changed unless mending was asked for', async () => {
  const w = world()
  const { key, artifactId } = await finished(w)
  await w.app.objects.remove([key])
  const before = await w.app.store.artifacts.get(artifactId, { tenantId: 'ten_default' })
  expect(await findings(w)).toMatchObject([{ check: 'objects', subject: artifactId, mended: null }])
  expect(await w.app.store.artifacts.get(artifactId, { tenantId: 'ten_default' })).toEqual(before)
  expect(w.queue.entries).toEqual([])
})

describe('an artifact whose object is gone', () => {
  test('is fetched again from OpenAI while it has it', async () => {
    const w = world()
    const { key, artifactId } = await finished(w)
    await w.app.objects.remove([key])
    expect(await findings(w, { mend: true })).toMatchObject([{ subject: artifactId, mended: 'fetched it again from OpenAI' }])
    expect(await findings(w, { deep: true })).toEqual([])
  })

  test('of another size, or other bytes, is told and mended too', async () => {
    const w = world()
    const { key } = await finished(w)
    await w.app.objects.put(key, bytes('short'), { contentType: 'image/png' })
    expect(await findings(w)).toMatchObject([{ problem: expect.stringContaining('has 5 bytes') }])
    await w.app.objects.put(key, bytes(pngBytes(9, 9)), { contentType: 'image/png' })
    expect(await findings(w), 'bytes are read with --deep alone').toEqual([])
    expect(await findings(w, { deep: true, mend: true })).toMatchObject([
      { problem: expect.stringContaining('SHA-256'), mended: expect.stringContaining('fetched') },
    ])
    expect(await findings(w, { deep: true })).toEqual([])
  })

  test('and gone at OpenAI too says so; but never where the store may be the wrong one', async () => {
    const w = world()
    const { key, artifactId } = await finished(w)
    await w.app.objects.remove([key])
    w.openai.onRetrieve = async () => ({ outcome: 'missing', error: upstreamError({ status: 404 }) })
    expect(await findings(w, { mend: true })).toMatchObject([{ mended: null, remedy: expect.stringContaining('no mark of this database') }])
    await removeOrphans(w.app)
    expect(await findings(w, { mend: true })).toMatchObject([{ mended: expect.stringContaining('it is lost') }])
    const artifact = await w.app.store.artifacts.get(artifactId, { tenantId: 'ten_default' })
    expect(artifact).toMatchObject({ status: 'failed', error: 'The object is no longer in the store.' })
    expect(await findings(w)).toEqual([])
  })
})

describe('objects that no row names', () => {
  test('are removed once they are an hour old, with keys of ours alone', async () => {
    const w = world()
    const { key, job } = await finished(w)
    const stranger = key.replace(job.id, createIds({ ...w.app, clock: w.clock }).next('job'))
    const unnamed = key.replace(/art_\w{26}/, w.app.ids.next('art'))
    for (const one of [stranger, unnamed, 'ten_default/backup.tar']) await w.app.objects.put(one, bytes('x'), { contentType: 'text/plain' })
    w.clock.advance((Date.now() - w.clock.now().getTime()) / 1000 - 10)
    expect(await findings(w, { mend: true }), 'all of them are young').toEqual([])
    w.clock.advance(HOUR + 60)
    expect((await findings(w)).map(({ subject }) => subject).toSorted()).toEqual([stranger, unnamed].toSorted())
    expect(await findings(w, { mend: true })).toMatchObject([{ mended: null }, { mended: null }])
    await w.app.objects.put('longhaul/owner.txt', bytes(await markOf(w)), { contentType: 'text/plain' })
    expect(await findings(w, { mend: true })).toMatchObject([{ mended: 'removed it' }, { mended: 'removed it' }])
    const left = (await Array.fromAsync(w.app.objects.list('ten_'))).map((object) => object.key)
    expect(left.toSorted()).toEqual([key, 'ten_default/backup.tar'].toSorted())
  })

  async function markOf({ app }: World): Promise<string> {
    const tenant = await app.store.tenants.get('ten_default')
    return app.digest.sha256(`${tenant?.id} ${tenant?.createdAt.toISOString()}`)
  }
})

describe('a job that nothing would bring on', () => {
  test('becomes what its stored result says', async () => {
    const w = world()
    const { job } = await finished(w)
    await w.sql(`update longhaul.jobs set status = 'in_progress', finished_at = null where id = '${job.id}'`)
    expect(await findings(w, { mend: true })).toMatchObject([{ check: 'open-jobs', mended: expect.stringContaining('made it completed') }])
    expect(await w.job(job.id)).toMatchObject({ status: 'completed' })
    expect(await findings(w)).toEqual([])
  })

  test('has its response looked at again where there is one', async () => {
    const w = world()
    const { job, turn } = await w.started()
    await w.app.store.turns.update(turn.id, { from: ['running'], set: { state: 'done' } })
    expect(await findings(w, { mend: true })).toMatchObject([{ subject: job.id, mended: expect.stringContaining('look at its response') }])
    expect(w.queue.names).toEqual(['collect-turn'])
    drawing(w)
    await w.run('collect-turn', { turnId: turn.id })
    expect(await w.job(job.id)).toMatchObject({ status: 'completed' })
  })

  test('fails where there is neither', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    await w.app.store.turns.update(turn.id, { from: ['ready'], set: { state: 'done' } })
    await findings(w, { mend: true })
    expect(await w.job(job.id)).toMatchObject({ status: 'failed', error: { code: 'internal_error' } })
  })
})

test('a turn that runs on although its job is final is cancelled at OpenAI and ended', async () => {
  const w = world()
  const { job, turn, responseId } = await w.started()
  await w.sql(`update longhaul.jobs set status = 'failed' where id = '${job.id}'`)
  expect(await findings(w), 'it may be ending just now').toEqual([])
  w.clock.advance(HOUR)
  await w.app.store.turns.update(turn.id, { from: ['running'], set: { dueAt: new Date(w.clock.now().getTime() + 60_000) } })
  expect(await findings(w, { mend: true })).toMatchObject([
    { check: 'left-over-turns', subject: turn.id, mended: expect.stringContaining('collect-turn') },
  ])
  await w.run('collect-turn', { turnId: turn.id })
  expect(w.openai.cancelled).toEqual([responseId])
  expect(await w.turn(job.id)).toMatchObject({ state: 'done' })
})

describe('steps that nobody takes', () => {
  test('are made due and queued again', async () => {
    const w = world()
    const { turn } = await w.submit()
    w.queue.clear()
    w.clock.advance(601)
    expect(await findings(w, { mend: true })).toMatchObject([
      { check: 'late-steps', subject: turn.id, mended: expect.stringContaining('queued submit-job') },
    ])
    expect(w.queue.names).toEqual(['submit-job'])
    expect(await findings(w)).toEqual([])
  })

  test('without a time, or held by nobody who lives, are found by nobody else', async () => {
    const w = world()
    const { turn: timeless } = await w.submit()
    const { turn: held } = await w.submit()
    await w.app.store.turns.update(timeless.id, { from: ['ready'], set: { dueAt: null } })
    await w.app.store.turns.update(held.id, { from: ['ready'], set: { claimedUntil: new Date(w.clock.now().getTime() + 1e10) } })
    const told = await findings(w, { mend: true })
    expect(told.map(({ subject }) => subject).toSorted()).toEqual([timeless.id, held.id].toSorted())
    expect(await findings(w)).toEqual([])
  })

  test('are as they should be while the service is stopped, for its next start takes them up', async () => {
    const w = world()
    await w.submit()
    w.clock.advance(HOUR)
    const { parts } = examOf(w)
    expect(await findings(w, { parts: { ...parts, serviceMayRun: false } })).toEqual([])
  })
})

test('usage that was not written down is priced by the stored result', async () => {
  const w = world()
  const { job, turn } = await finished(w)
  const cost = await w.app.store.usage.costOfJob(job.id)
  await w.sql('delete from longhaul.usage')
  expect(await findings(w, { mend: true })).toMatchObject([{ check: 'usage', subject: turn.id, mended: expect.stringContaining('priced') }])
  expect(await findings(w)).toEqual([])
  expect(await w.app.store.usage.costOfJob(job.id)).toBe(cost)
})

describe('responses that run here', () => {
  test('and were finished at OpenAI long ago are looked at now', async () => {
    const w = world()
    const { turn } = await w.started()
    const endedAt = Math.floor(w.clock.now().getTime() / 1000)
    w.openai.onRetrieve = async (id) => found({ id, status: 'completed', completed_at: endedAt, output: [message('x')] })
    w.clock.advance(500)
    expect(await findings(w), 'the next look is to come').toEqual([])
    w.clock.advance(500)
    await w.app.store.turns.update(turn.id, { from: ['running'], set: { dueAt: w.clock.now() } })
    expect(await findings(w, { mend: true })).toMatchObject([
      { check: 'responses', subject: turn.id, mended: expect.stringContaining('collect-turn') },
    ])
    expect(w.queue.names).toEqual(['collect-turn'])
  })

  test('and that OpenAI no longer has, or of which it could not be asked, are told; without OpenAI none is', async () => {
    const w = world()
    const { turn } = await w.started()
    w.clock.advance(HOUR)
    await w.app.store.turns.update(turn.id, { from: ['running'], set: { dueAt: w.clock.now() } })
    w.openai.onRetrieve = async () => ({ outcome: 'missing', error: upstreamError({ status: 404 }) })
    expect(await findings(w)).toMatchObject([{ problem: expect.stringContaining('no such response') }])
    w.openai.onRetrieve = async () => ({ outcome: 'refused', error: upstreamError({ status: 401, message: 'bad key' }) })
    expect(await findings(w, { mend: true })).toMatchObject([{ problem: expect.stringContaining('bad key'), mended: null }])
    const asked = w.openai.retrieved.length
    expect(await findings(w, { offline: true })).toEqual([])
    expect(w.openai.retrieved).toHaveLength(asked)
  })
})

describe('the parts', () => {
  test('that are away, too old, open to others or of another time are told', async () => {
    const w = world()
    const tightened: string[] = []
    const parts = {
      checkQueue: async () => {
        throw new Error('connection refused')
      },
      openAiTime: async () => new Date(w.clock.now().getTime() - 400_000),
      looseFiles: async () => [{ path: '/data/secret', mode: 0o100_644, tighten: async () => void tightened.push('secret') }],
      webhooks: { address: true, secrets: false },
      serviceMayRun: true,
    }
    const { objects } = w.app
    w.app.objects = {
      ...objects,
      check: async () => {
        throw new Error('the disk is full')
      },
    }
    w.cases.version = async () => 130_011
    const told = await findings(w, { parts, mend: true })
    expect(told.map(({ check, problem, mended }) => [check, problem, mended])).toEqual([
      ['database', expect.stringContaining('PostgreSQL 13'), null],
      ['queue', 'connection refused', null],
      ['storage', 'the disk is full', null],
      ['files', expect.stringContaining('644'), expect.stringContaining('took')],
      ['clock', expect.stringContaining('no secret is'), null],
      ['clock', 'It is 400 seconds ahead of OpenAI: from 300 on webhooks are refused.', null],
    ])
    expect(tightened).toEqual(['secret'])
  })

  test('a check that breaks is told, and the others are made all the same', async () => {
    const w = world()
    const { parts } = examOf(w)
    const openAiTime = async (): Promise<never> => {
      throw new Error('getaddrinfo ENOTFOUND')
    }
    const lines = await examine(w, { parts: { ...parts, openAiTime } })
    expect(lines).toContainEqual({ kind: 'broken', check: 'clock', message: 'getaddrinfo ENOTFOUND' })
    expect(lines.at(-1)).toEqual({ kind: 'end', found: 0, mended: 0, broken: 1 })
    expect(lines.filter(({ kind }) => kind === 'check')).toHaveLength(12)
  })
})
