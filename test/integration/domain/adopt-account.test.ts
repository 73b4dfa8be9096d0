import { expect, test } from 'vitest'
import { inboxEntry, receiveEvents } from '../../../src/domain/receive-event.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { found, upstreamError } from '../../support/scripted-openai.ts'

const world = eachWorld()

/** A job of the account `default` whose create is unconfirmed, and an event of the account `other` whose response names it. */
async function lost(w: World, seenBy: string[]): Promise<{ jobId: string; look: () => Promise<string>; asked: string[] }> {
  const { job, turn } = await w.submit()
  w.openai.onCreate = async () => ({ outcome: 'ambiguous', error: upstreamError() })
  await w.run('submit-job', { turnId: turn.id })
  const asked: string[] = []
  w.openai.onRetrieve = async (id, { account }) => {
    asked.push(account)
    return seenBy.includes(account)
      ? found({ id, status: 'completed', metadata: { longhaul_job: job.id } })
      : { outcome: 'missing', error: upstreamError({ status: 404 }) }
  }
  const rawBody = Buffer.from('{"type": "response.completed", "data": {"id": "resp_lost"}}')
  const entry = inboxEntry(w.app, { account: 'other', webhookId: 'wh_other', sentAt: w.clock.now(), rawBody })
  await receiveEvents(w.app, [entry])
  await w.run('handle-event', { inboxId: entry.id })
  return { jobId: job.id, look: () => w.run('handle-event', { inboxId: entry.id }), asked }
}

test('a response of another account that names our job is not taken for its own', async () => {
  const w = world()
  const { jobId, look, asked } = await lost(w, ['other'])
  expect(await look()).toBe('postponed')
  expect(asked).toEqual(['other', 'default'])
  expect(await w.turn(jobId)).toMatchObject({ state: 'unconfirmed', responseId: null })
  let looks = 0
  for (let outcome = 'postponed'; outcome === 'postponed'; looks += 1) outcome = await look()
  expect(looks).toBeLessThan(10)
  expect(await w.turn(jobId)).toMatchObject({ state: 'unconfirmed', responseId: null })
})

test('a response that both accounts see, being of one project, is adopted whichever endpoint told of it', async () => {
  const w = world()
  const { jobId, look } = await lost(w, ['other', 'default'])
  expect(await look()).toBe('adopted')
  expect(await w.turn(jobId)).toMatchObject({ state: 'running', responseId: 'resp_lost' })
})
