import { describe, expect, test } from 'vitest'
import { JOB_CATALOG } from '../../../src/domain/job-catalog.ts'
import type { JsonObject, Turn } from '../../../src/domain/model.ts'
import { sweep } from '../../../src/domain/sweep.ts'
import { createOpenAi } from '../../../src/openai/index.ts'
import { startSandbox } from '../../../src/sandbox/index.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { requests } from '../../support/requests.ts'
import { bytes, found, message, upstreamError } from '../../support/scripted-openai.ts'

const world = eachWorld()
const MINUTE = 60

const completed = (output: JsonObject[]): JsonObject => ({ id: 'resp_1', status: 'completed', created_at: 1_795_262_400, output })
const ran = (containerId = 'cntr_1'): JsonObject => ({ type: 'code_interpreter_call', container_id: containerId, outputs: null })
const file = (id: string) => ({ id, path: `/mnt/data/${id}.txt`, bytes: 3, source: 'assistant', createdAt: null })
const filesNamed = (count: number) => Array.from({ length: count }, (_, index) => file(`cfile_${index}`))

/** A turn whose response is done, and left these files; `broken` ones answer 500. Tells what was fetched. */
async function withFiles(w: World, { files, broken = [] }: { files: ReturnType<typeof file>[]; broken?: string[] }) {
  const { job, turn } = await w.started({ request: requests.code() })
  const fetched: string[] = []
  w.openai.onRetrieve = async () => found(completed([ran()]))
  w.openai.onList = async () => files
  w.openai.onFile = async ({ fileId }) => {
    fetched.push(fileId)
    if (broken.includes(fileId)) return { outcome: 'unavailable', error: upstreamError({ status: 500, message: 'no content' }) }
    return { outcome: 'found', body: bytes(fileId) }
  }
  const collect = (isLast = false): Promise<string> => w.run('collect-turn', { turnId: turn.id }, { isLast })
  const statuses = async (): Promise<object> =>
    Object.fromEntries((await w.artifacts(job.id)).map(({ fileId, status }) => [fileId, status]))
  return { job, turn, fetched, collect, statuses }
}

describe('a file whose content fails', () => {
  test('holds up no other, and another try fetches it alone, though the container died since', async () => {
    const w = world()
    const { job, fetched, collect, statuses } = await withFiles(w, { files: filesNamed(6), broken: ['cfile_0'] })
    await expect(collect()).rejects.toThrow('no content')
    expect(fetched).toHaveLength(6)
    expect(await w.job(job.id)).toMatchObject({ status: 'queued' })
    await expect(collect()).rejects.toThrow('no content')
    expect(fetched.slice(6)).toEqual(['cfile_0'])
    w.openai.onFile = async () => ({ outcome: 'gone' })
    expect(await collect()).toBe('completed')
    expect(await statuses()).toEqual({
      cfile_0: 'expired',
      ...Object.fromEntries([1, 2, 3, 4, 5].map((index) => [`cfile_${index}`, 'stored'])),
    })
    const told = (await w.events(job.id)).filter(({ type }) => type.startsWith('artifact.'))
    expect(told.map(({ type }) => type).toSorted()).toEqual(['artifact.failed', ...Array(5).fill('artifact.stored')])
  })

  test('for as long as there are tries is failed, and the job completes', async () => {
    const w = world()
    const { collect, statuses } = await withFiles(w, { files: filesNamed(2), broken: ['cfile_1'] })
    await expect(collect()).rejects.toThrow('no content')
    expect(await collect(true)).toBe('completed')
    expect(await statuses()).toEqual({ cfile_0: 'stored', cfile_1: 'failed' })
  })

  test('is tried by the queue for two minutes, which the sweep leaves it', async () => {
    const { attempts, backoffMs } = JOB_CATALOG['collect-turn']
    const waits = Array.from({ length: attempts - 1 }, (_, index) => backoffMs * 2 ** index)
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThanOrEqual(120_000)
    const w = world()
    const { turn, collect } = await withFiles(w, { files: filesNamed(1), broken: ['cfile_0'] })
    await expect(collect()).rejects.toThrow('no content')
    w.clock.advance(Math.max(...waits) / 1000)
    expect(await sweep(w.app)).toEqual({ found: 0 })
    w.clock.advance(MINUTE)
    await sweep(w.app)
    expect(w.queue.entries).toContainEqual(expect.objectContaining({ name: 'collect-turn', payload: { turnId: turn.id } }))
  })
})

test('a list that fails holds up no cited file', async () => {
  const w = world()
  const { fetched, collect } = await withFiles(w, { files: [] })
  const cited = { type: 'container_file_citation', container_id: 'cntr_1', file_id: 'cfile_cited', filename: 'a.csv' }
  w.openai.onRetrieve = async () => found(completed([ran('cntr_2'), message('see', [cited])]))
  w.openai.onList = async () => {
    throw new Error('no list')
  }
  await expect(collect()).rejects.toThrow('no list')
  expect(fetched).toEqual(['cfile_cited'])
})

test('a fault of our own store ends the work on the others before another try may begin', async () => {
  const w = world()
  const { fetched, collect } = await withFiles(w, { files: filesNamed(20) })
  w.app.objects = { ...w.app.objects, put: () => Promise.reject(new Error('the store is away')) }
  await expect(collect()).rejects.toThrow('the store is away')
  expect(fetched).toHaveLength(4)
})

test.each([
  ['as the SDK has it', { type: 'container_reference', container_id: 'cntr_shell' }],
  ['as the guide has it', { container_reference: { container_id: 'cntr_shell' } }],
])('the files of a hosted shell, which nothing cites, are found: %s', async (_name, environment) => {
  const w = world()
  const { collect, statuses } = await withFiles(w, { files: [] })
  w.openai.onRetrieve = async () => found(completed([{ type: 'shell_call', call_id: 'c', action: { commands: ['ls'] }, environment }]))
  w.openai.onList = async (containerId) => (containerId === 'cntr_shell' ? [file('cfile_1')] : [])
  await collect(true)
  expect(await statuses()).toEqual({ cfile_1: 'stored' })
})

test('a container is used every few minutes while the files of another are fetched', async () => {
  const w = world()
  const { collect, statuses } = await withFiles(w, { files: [] })
  const listed: string[] = []
  w.openai.onRetrieve = async () => found(completed([ran('cntr_a'), ran('cntr_b')]))
  w.openai.onList = async (containerId) => {
    listed.push(containerId)
    if (listed.length > 2) throw new Error('a list that fails is no fault of the files')
    return [file(`cfile_${containerId}`)]
  }
  w.openai.onFile = async () => {
    w.clock.advance(6 * MINUTE)
    return { outcome: 'found', body: bytes('x') }
  }
  expect(await collect()).toBe('completed')
  expect(Object.values(await statuses())).toEqual(['stored', 'stored'])
  expect(listed.slice(2)).toEqual(expect.arrayContaining(['cntr_a', 'cntr_b']))
  expect(w.clock.repeats).toBe(0)
})

describe('a turn that waits in a backlog', () => {
  /** What a worker that only sweeps does in so many minutes. */
  async function backlog(w: World, { turn, minutes }: { turn: Turn; minutes: number }): Promise<number> {
    let touches = 0
    await w.app.store.turns.hint(turn.id, w.clock.now())
    for (let seconds = 0; seconds < minutes * MINUTE; seconds += 5) {
      w.clock.advance(5)
      w.queue.clear()
      await sweep(w.app)
      touches += w.queue.names.filter((name) => name === 'keep-alive').length
    }
    return touches
  }

  test('has its containers touched about every five minutes, and not while all is well', async () => {
    const w = world()
    const { turn } = await w.started({ request: requests.code() })
    expect(await backlog(w, { turn, minutes: 4 })).toBe(0)
    expect(await backlog(w, { turn, minutes: 17 })).toBeGreaterThanOrEqual(3)
  })

  test('finds its files alive after an hour, where without it they are gone', async () => {
    const w = world()
    await using sandbox = await startSandbox({ defaultDelayMs: 0 })
    w.app.openai = createOpenAi({ accounts: { default: { apiKey: 'sk-test', baseUrl: sandbox.url } }, log: w.app.log })
    const touched = await w.started({ request: requests.code() })
    const left = await w.started({ request: requests.code() })
    await sandbox.state.finishAll()
    for (let time = 0; time < 4; time += 1) {
      sandbox.state.advanceClock(15 * MINUTE * 1000)
      expect(await w.run('keep-alive', { turnId: touched.turn.id })).toBe('touched')
    }
    for (const { turn } of [touched, left]) expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
    const statusOf = async (jobId: string) =>
      new Set((await w.artifacts(jobId)).filter(({ kind }) => kind === 'file').map(({ status }) => status))
    expect(await statusOf(touched.job.id)).toEqual(new Set(['stored']))
    expect(await statusOf(left.job.id)).toEqual(new Set(['expired']))
  })

  test('is not read for nothing: when it has no container, is being collected, or is done', async () => {
    const w = world()
    const plain = await w.started()
    expect(await w.run('keep-alive', { turnId: plain.turn.id })).toBe('no_containers')
    const held = await w.started({ request: requests.code() })
    await w.app.store.turns.claim(held.turn.id, {
      states: ['running'],
      now: w.clock.now(),
      until: new Date(w.clock.now().getTime() + 30_000),
    })
    expect(await w.run('keep-alive', { turnId: held.turn.id })).toBe('being_collected')
    await w.app.store.turns.update(held.turn.id, { from: ['running'], set: { state: 'done' } })
    expect(await w.run('keep-alive', { turnId: held.turn.id })).toBe('nothing_to_do')
    expect(w.openai.retrieved).toEqual([])
  })
})
