import { afterEach, describe, expect, test } from 'vitest'
import { deleteJob } from '../../../src/domain/delete-job.ts'
import { createIds } from '../../../src/domain/ids.ts'
import { removeOrphans } from '../../../src/domain/remove-orphans.ts'
import { newSweepMemory, sweep } from '../../../src/domain/sweep.ts'
import type { Job } from '../../../src/domain/model.ts'
import { DEFAULT_TENANT } from '../../../src/domain/principal.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { ManualClock } from '../../support/domain-parts.ts'
import { bytes, found, message, pngBytes } from '../../support/scripted-openai.ts'

const world = eachWorld()
afterEach(async () => {
  const { objects } = world().app
  await objects.remove((await Array.fromAsync(objects.list(''))).map(({ key }) => key))
})

const DAY = 86_400
const PICTURE = `data:image/png;base64,${Buffer.concat([pngBytes(), Buffer.alloc(2_000, 'noise')]).toString('base64')}`
const withPicture = { request: { model: 'm', input: [{ role: 'user', content: [{ type: 'input_image', image_url: PICTURE }] }] } }

async function finished(w: World, retentionDays: number | null): Promise<Job> {
  const { job, turn } = await w.started({ ...withPicture, retentionDays })
  w.openai.onRetrieve = async (id) => found({ id, status: 'completed', output: [message('done')] })
  await w.run('collect-turn', { turnId: turn.id })
  w.queue.clear()
  return w.job(job.id)
}

async function objectsOf(w: World, job: Job): Promise<string[]> {
  return (await Array.fromAsync(w.app.objects.list(`${job.tenantId}/${job.id}/`))).map(({ key }) => key)
}

/** The files' times are the machine's, so the world's clock follows it. */
function atMachineTime(w: World, seconds = 0): World {
  const clock = new ManualClock(new Date(Date.now() + seconds * 1000))
  const ids = createIds({ clock, random: w.app.random })
  Object.assign(w.app, { clock, ids })
  return w
}

describe('retention', () => {
  test('takes a job with its objects when its own days are over, and leaves one that is kept for ever', async () => {
    const w = world()
    const short = await finished(w, 1)
    const kept = await finished(w, null)
    w.clock.advance(DAY + 1)
    expect(await sweep(w.app)).toEqual({ found: 1 })
    expect(w.queue.last()).toMatchObject({ name: 'purge-job', payload: { jobId: short.id } })
    expect(await w.app.store.jobs.get(short.id), 'hidden before anything is removed').toBeNull()
    expect(await w.run('purge-job', { jobId: short.id })).toBe('purged')
    expect(await objectsOf(w, short)).toEqual([])
    expect(await w.app.store.jobs.listKnown([short.id, kept.id])).toEqual([kept.id])
    expect(await objectsOf(w, kept)).toHaveLength(1)
  })

  test('goes on with the other jobs while the purge of one keeps failing', async () => {
    const w = world()
    const stuck = await finished(w, 1)
    const other = await finished(w, 1)
    w.clock.advance(DAY + 1)
    await sweep(w.app)
    w.queue.clear()
    w.clock.advance(61)
    await sweep(w.app)
    expect(new Set(w.queue.entries.map(({ payload }) => Object.values(payload)[0]))).toEqual(new Set([stuck.id, other.id]))
    await w.run('purge-job', { jobId: other.id })
    w.queue.clear()
    w.clock.advance(50)
    expect(await sweep(w.app), 'not before its next turn').toEqual({ found: 0 })
    w.clock.advance(11)
    await sweep(w.app)
    expect(w.queue.last()).toMatchObject({ payload: { jobId: stuck.id } })
  })

  test('asks OpenAI again only now and then to delete what it refused to', async () => {
    const w = world()
    const { id, tenantId } = await finished(w, null)
    await deleteJob(w.app, { id, tenantId, upstream: true })
    w.openai.onRemove = async () => {
      throw new Error('401')
    }
    await expect(w.run('purge-job', { jobId: id })).rejects.toThrow('401')
    w.clock.advance(900)
    expect(await sweep(w.app)).toEqual({ found: 0 })
    w.clock.advance(61)
    expect(await sweep(w.app)).toEqual({ found: 1 })
    w.openai.onRemove = async () => undefined
    expect(await w.run('purge-job', { jobId: id })).toBe('purged')
  })

  test('a purge that was broken off is begun again where it stood', async () => {
    const w = world()
    const job = await finished(w, 1)
    w.clock.advance(DAY + 1)
    await sweep(w.app)
    const { objects } = w.app
    w.app.objects = {
      ...objects,
      remove: async () => {
        throw new Error('the disk is away')
      },
    }
    await expect(w.run('purge-job', { jobId: job.id })).rejects.toThrow('the disk is away')
    expect(await w.app.store.artifacts.listForJob(job.id), 'rows go last').toHaveLength(1)
    w.app.objects = objects
    expect(await w.run('purge-job', { jobId: job.id })).toBe('purged')
  })
})

test('an action that cannot be given up just now keeps no other from its time', async () => {
  const w = world()
  const waiting = async (): Promise<Job> => {
    const { job, turn } = await w.started({ actionTimeoutSeconds: 60 })
    w.openai.onRetrieve = async (id) => found({ id, status: 'completed', output: [{ type: 'function_call', call_id: 'c' }] })
    await w.run('collect-turn', { turnId: turn.id })
    return job
  }
  const broken = await waiting()
  w.clock.advance(1)
  const other = await waiting()
  const { store } = w.app
  let units = 0
  w.app.store = {
    ...store,
    transaction: (work) => (++units === 1 ? Promise.reject(new Error('deadlock detected')) : store.transaction(work)),
  }
  w.clock.advance(61)
  await sweep(w.app)
  expect(await w.job(broken.id)).toMatchObject({ status: 'requires_action' })
  expect(await w.job(other.id)).toMatchObject({ status: 'failed', error: { code: 'action_timeout' } })
  await sweep(w.app)
  expect(await w.job(broken.id)).toMatchObject({ status: 'failed', error: { code: 'action_timeout' } })
})

describe('objects whose submission died before its commit', () => {
  async function dieBeforeCommit(w: World): Promise<void> {
    const { store } = w.app
    w.app.store = {
      ...store,
      transaction: (work) =>
        store.transaction(async (tx) => {
          await work(tx)
          throw new Error('the process died')
        }),
    }
    await expect(w.submit(withPicture)).rejects.toThrow('the process died')
    w.app.store = store
  }

  const everything = (w: World) => Array.fromAsync(w.app.objects.list(`${DEFAULT_TENANT}/`))

  test('are found and removed once they are an hour old, and nothing else is', async () => {
    const w = atMachineTime(world())
    await removeOrphans(w.app)
    const { job } = await w.submit(withPicture)
    await dieBeforeCommit(w)
    await w.app.objects.put(`${DEFAULT_TENANT}/notes/readme.txt`, bytes('not ours'), { contentType: 'text/plain' })
    expect(await removeOrphans(w.app), 'too young').toEqual({ removed: 0 })
    atMachineTime(w, 3_700)
    expect(await removeOrphans(w.app)).toEqual({ removed: 1 })
    expect(await everything(w)).toHaveLength(2)
    expect(await objectsOf(w, job)).toHaveLength(1)
  })

  test('are left alone where the store is another installation’s', async () => {
    const w = atMachineTime(world())
    await removeOrphans(w.app)
    await dieBeforeCommit(w)
    await w.app.objects.put('longhaul/owner.txt', bytes('somebody else'), { contentType: 'text/plain' })
    atMachineTime(w, 3_700)
    expect(await removeOrphans(w.app)).toEqual({ removed: 0 })
    expect(await everything(w)).toHaveLength(1)
    expect(w.told.map(({ message: text }) => text)).toContain('objects.not_ours')
    await w.app.objects.remove(['longhaul/owner.txt'])
    expect(await removeOrphans(w.app)).toEqual({ removed: 1 })
  })
})

describe('jobs that are to be ended', () => {
  test('are named at once, and again once a minute, by a process that remembers', async () => {
    const w = world()
    const memory = newSweepMemory(w.app)
    const { job: late } = await w.started({ deadlineSeconds: 5 })
    const { job: cancelled } = await w.started()
    await w.app.store.jobs.requestCancel(cancelled.id, w.clock.now())
    const named = async (): Promise<unknown[]> => {
      w.queue.clear()
      await sweep(w.app, memory)
      return w.queue.entries.filter(({ name }) => name === 'cancel-job').map(({ payload }) => Object.values(payload)[0])
    }
    w.clock.advance(6)
    expect(await named()).toEqual([late.id, cancelled.id])
    for (let seconds = 6; seconds < 54; seconds += 6) {
      w.clock.advance(6)
      expect(await named()).toEqual([])
    }
    const { job: later } = await w.started({ deadlineSeconds: 1 })
    w.clock.advance(2)
    expect(await named(), 'a new one does not wait for the others').toEqual([later.id])
    w.clock.advance(6)
    expect(new Set(await named())).toEqual(new Set([late.id, cancelled.id, later.id]))
  })
})
