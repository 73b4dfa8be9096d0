import { expect, test } from 'vitest'
import { commitThenQueue } from '../../../src/domain/commit-then-queue.ts'
import { moveJob } from '../../../src/domain/move-job.ts'
import { createMeter } from '../../../src/telemetry/index.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { found, message } from '../../support/scripted-openai.ts'

const world = eachWorld()

/** Lines of our own metrics that were counted. */
function metered(w: World): () => Promise<string[]> {
  const meter = createMeter()
  w.app.meter = meter
  return async () => (await meter.expose([])).split('\n').filter((line) => line.startsWith('longhaul_'))
}

test('a job that ends is counted once, with the time it took; so are its create and its looks', async () => {
  const w = world()
  const lines = metered(w)
  const { job, turn } = await w.started()
  w.clock.advance(40)
  await w.run('collect-turn', { turnId: turn.id })
  w.openai.onRetrieve = async (id) => found({ id, status: 'completed', output: [message('done')] })
  w.clock.advance(60)
  await w.run('collect-turn', { turnId: turn.id })
  await w.run('collect-turn', { turnId: turn.id })
  expect((await w.job(job.id)).status).toBe('completed')
  expect(await lines()).toEqual(
    expect.arrayContaining([
      'longhaul_creates_total{outcome="created",model="gpt-x"} 1',
      'longhaul_looks_total{outcome="found"} 2',
      'longhaul_jobs_finished_total{status="completed"} 1',
      'longhaul_job_seconds_sum{status="completed"} 100',
    ]),
  )
})

test('an end that is rolled back is not counted', async () => {
  const w = world()
  const lines = metered(w)
  const { job } = await w.started()
  const broken = commitThenQueue(w.app, async (unit) => {
    await moveJob(w.app, unit, { job, to: 'cancelled' })
    throw new Error('rolled back')
  })
  await expect(broken).rejects.toThrow('rolled back')
  expect((await lines()).filter((line) => line.includes('jobs_finished'))).toEqual([])
})
