import { describe, expect, test } from 'vitest'
import { continueJob } from '../../../src/domain/continue-job.ts'
import type { Job, JsonObject, Turn } from '../../../src/domain/model.ts'
import type { Actions } from '../../../src/domain/read-actions.ts'
import { textOf } from '../../../src/domain/read-json.ts'
import type { Submission } from '../../../src/domain/submit-job.ts'
import { sweep } from '../../../src/domain/sweep.ts'
import { eachWorld, PRINCIPAL } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { found, message, upstreamError } from '../../support/scripted-openai.ts'

const world = eachWorld()
const ambiguous = { outcome: 'ambiguous', error: upstreamError() } as const

const give = (callId: string, output = 'sunny'): Actions => ({
  outputs: [{ callId, output, status: null, acknowledgedSafetyChecks: null }],
  approvals: [],
})

const take = (w: World, job: Job, actions: Actions = give('call_1')) =>
  continueJob(w.app, { id: job.id, tenantId: PRINCIPAL.tenantId, actions })

/** Lets the newest turn's response end with this. */
async function answer(w: World, turnId: string, output: JsonObject[]): Promise<string> {
  w.openai.onRetrieve = async (id) => found({ id, status: 'completed', output })
  return w.run('collect-turn', { turnId })
}

const asking = (callId = 'call_1'): JsonObject => ({ type: 'function_call', call_id: callId, name: 'weather', arguments: '{}' })

async function waiting(w: World, change: Partial<Submission> = {}): Promise<Job> {
  const { job, turn } = await w.started(change)
  expect(await answer(w, turn.id, [asking()])).toBe('requires_action')
  w.queue.clear()
  return w.job(job.id)
}

async function continued(w: World, change: Partial<Submission> = {}): Promise<{ job: Job; turn: Turn }> {
  const job = await waiting(w, change)
  expect((await take(w, job)).outcome).toBe('continued')
  return { job: await w.job(job.id), turn: await w.turn(job.id) }
}

describe('a job that is given what it waits for', () => {
  test('goes on with a second turn at OpenAI, and ends with what that says', async () => {
    const w = world()
    const request = { model: 'gpt-x', input: 'weather?', tools: [{ type: 'function', name: 'weather' }], metadata: { order: '7' } }
    const { job, turn } = await continued(w, { request })
    expect(job).toMatchObject({ status: 'in_progress', requiredAction: null, actionDueAt: null, responseId: 'resp_1' })
    expect(turn).toMatchObject({ number: 2, state: 'ready', dueAt: w.clock.now() })
    expect(w.queue.last()).toMatchObject({ name: 'submit-job', payload: { turnId: turn.id } })

    expect(await w.run('submit-job', { turnId: turn.id })).toBe('created')
    expect(w.openai.created[1]).toMatchObject({
      ...request,
      input: [{ type: 'function_call_output', call_id: 'call_1', output: 'sunny' }],
      previous_response_id: 'resp_1',
      background: true,
      metadata: { order: '7', longhaul_job: job.id },
    })
    expect(await w.job(job.id)).toMatchObject({ status: 'in_progress', responseId: 'resp_2', startedAt: job.startedAt })

    expect(await answer(w, turn.id, [message('It is sunny.')])).toBe('completed')
    expect(await w.app.store.results.getForJob(job.id)).toMatchObject({ turnId: turn.id, outputText: 'It is sunny.' })
    expect(await w.eventTypes(job.id)).toEqual([
      'job.queued',
      'job.submitted',
      'job.requires_action',
      'job.in_progress',
      'job.submitted',
      'job.completed',
    ])
  })

  test('may ask again, and each turn follows the one before', async () => {
    const w = world()
    const { job, turn } = await continued(w)
    await w.run('submit-job', { turnId: turn.id })
    expect(await answer(w, turn.id, [asking('call_2')])).toBe('requires_action')
    expect((await take(w, job)).outcome).toBe('repeated')
    expect((await take(w, job, give('call_2'))).outcome).toBe('continued')
    const third = await w.turn(job.id)
    expect(third.number).toBe(3)
    await w.run('submit-job', { turnId: third.id })
    expect(w.openai.created[2]).toMatchObject({ previous_response_id: 'resp_2', input: [{ call_id: 'call_2' }] })
  })

  test('in a conversation stays in it', async () => {
    const w = world()
    const { turn } = await continued(w, { request: { model: 'm', input: 'x', conversation: 'conv_1' } })
    await w.run('submit-job', { turnId: turn.id })
    expect(w.openai.created[1]).toMatchObject({ conversation: 'conv_1' })
    expect(w.openai.created[1]).not.toHaveProperty('previous_response_id')
  })

  test('is not continued by what lacks an answer, and waits on', async () => {
    const w = world()
    const job = await waiting(w)
    expect(await take(w, job, give('call_x'))).toMatchObject({
      outcome: 'faulty',
      faults: [{ field: 'outputs.0.call_id' }, { field: 'outputs' }],
    })
    expect(await w.job(job.id)).toMatchObject({ status: 'requires_action', requiredAction: job.requiredAction })
    expect(w.queue.entries).toEqual([])
  })

  test('belongs to its tenant alone', async () => {
    const w = world()
    const job = await waiting(w)
    expect(await continueJob(w.app, { id: job.id, tenantId: 'ten_other', actions: give('call_1') })).toEqual({ outcome: 'unknown' })
  })
})

describe('the same actions given again', () => {
  test('are one turn, at once or long after the job ended', async () => {
    const w = world()
    const job = await waiting(w)
    const outcomes = await Promise.all([1, 2, 3, 4].map(async () => (await take(w, job)).outcome))
    expect(outcomes.toSorted()).toEqual(['continued', 'repeated', 'repeated', 'repeated'])
    const turn = await w.turn(job.id)
    expect(turn.number).toBe(2)
    expect(w.queue.names).toEqual(['submit-job'])
    await w.run('submit-job', { turnId: turn.id })
    await answer(w, turn.id, [message('done')])
    expect(await take(w, job)).toMatchObject({ outcome: 'repeated', job: { status: 'completed' } })
  })

  test('but with another output are too late', async () => {
    const w = world()
    const { job } = await continued(w)
    expect((await take(w, job, give('call_1', 'rain'))).outcome).toBe('not_waiting')
    expect(await w.app.store.turns.listInputs(job.id)).toEqual([expect.stringContaining('sunny')])
  })
})

describe('a second turn fares as the first', () => {
  test('lost with the queue, it is found by the sweep', async () => {
    const w = world()
    const job = await waiting(w)
    w.queue.away = true
    expect((await take(w, job)).outcome).toBe('continued')
    w.queue.away = false
    w.clock.advance(6)
    await sweep(w.app)
    expect(w.queue.last()).toMatchObject({ name: 'submit-job', payload: { turnId: (await w.turn(job.id)).id } })
  })

  test('whose create is ambiguous is adopted by its webhook, and never sent again', async () => {
    const w = world()
    const { job, turn } = await continued(w)
    w.openai.onCreate = async () => ambiguous
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('unconfirmed')
    expect(await w.job(job.id)).toMatchObject({ status: 'in_progress', progress: { stage: 'unconfirmed' } })
    const previous = { previous_response_id: 'resp_1', metadata: { longhaul_job: job.id } }
    expect(await adoptBy(w, { id: 'resp_lost', status: 'in_progress', ...previous })).toBe('adopted')
    expect(await w.turn(job.id)).toMatchObject({ number: 2, state: 'running', responseId: 'resp_lost' })
    expect(await w.job(job.id)).toMatchObject({ responseId: 'resp_lost' })
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('nothing_to_do')
    expect(w.openai.created).toHaveLength(2)
  })

  test('does not take a response that the first was sent for twice', async () => {
    const w = world()
    const { job } = await continued(w)
    const stray = { id: 'resp_stray', status: 'completed', previous_response_id: null, metadata: { longhaul_job: job.id } }
    expect(await adoptBy(w, stray)).toBe('foreign')
    expect(await w.turn(job.id)).toMatchObject({ number: 2, state: 'ready', responseId: null })
  })

  test('held back, its patience counts from its own beginning', async () => {
    const w = world()
    const job = await waiting(w, { actionTimeoutSeconds: 200_000 })
    w.clock.advance(100_000)
    await take(w, job)
    w.openai.onCreate = async () => ({ outcome: 'refused', error: upstreamError({ status: 429 }), retryAfterMs: null })
    expect(await w.run('submit-job', { turnId: (await w.turn(job.id)).id })).toBe('held_back')
    expect(await w.job(job.id)).toMatchObject({ status: 'in_progress', progress: { stage: 'waiting' } })
  })

  test('refused by OpenAI, it fails the job', async () => {
    const w = world()
    const { job, turn } = await continued(w)
    const error = upstreamError({ status: 400, code: 'previous_response_not_found' })
    w.openai.onCreate = async () => ({ outcome: 'refused', error, retryAfterMs: null })
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('failed:parent_gone')
    expect(await w.job(job.id)).toMatchObject({ status: 'failed', error: { code: 'parent_gone' }, requiredAction: null })
  })

  test('whose worker died while sending is unconfirmed, and given up in time', async () => {
    const w = world()
    const { job, turn } = await continued(w)
    const until = w.clock.now()
    await w.app.store.turns.claim(turn.id, { states: ['ready'], set: { state: 'submitting', submitAttempts: 1 }, now: until, until })
    w.clock.advance(60)
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('unconfirmed')
    for (let look = 0; look < 5; look += 1) {
      w.clock.advance(700)
      expect(await w.run('submit-job', { turnId: turn.id })).toBe('waiting')
    }
    w.clock.advance(700)
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('failed:submit_unconfirmed')
    expect(await w.job(job.id)).toMatchObject({ status: 'failed' })
    expect(w.openai.created).toHaveLength(1)
  })

  test('not yet sent is cancelled here, and never sent', async () => {
    const w = world()
    const { job, turn } = await continued(w)
    await w.app.store.jobs.requestCancel(job.id, w.clock.now())
    expect(await w.run('cancel-job', { jobId: job.id })).toBe('ended')
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('nothing_to_do')
    expect(await w.job(job.id)).toMatchObject({ status: 'cancelled' })
    expect(w.openai.created).toHaveLength(1)
  })
})

describe('an action nobody takes in time', () => {
  test('fails the job with what it waited for, and nothing is created after', async () => {
    const w = world()
    const job = await waiting(w, { actionTimeoutSeconds: 60 })
    w.clock.advance(59)
    await sweep(w.app)
    expect(await w.job(job.id)).toMatchObject({ status: 'requires_action' })
    w.clock.advance(1)
    await sweep(w.app)
    expect(await w.job(job.id)).toMatchObject({
      status: 'failed',
      error: { code: 'action_timeout', message: expect.stringContaining('call_1') },
      requiredAction: null,
    })
    expect((await take(w, job)).outcome).toBe('not_waiting')
    expect(w.queue.names).not.toContain('submit-job')
    expect((await w.events(job.id)).at(-1)).toMatchObject({ type: 'job.failed', data: { code: 'action_timeout' } })
  })

  test('but that comes after the job was found to be late: it goes on', async () => {
    const w = world()
    const job = await waiting(w, { actionTimeoutSeconds: 60 })
    w.clock.advance(60)
    const { listActionOverdue } = w.app.store.jobs
    w.app.store.jobs.listActionOverdue = async (options) => {
      const late = await listActionOverdue(options)
      expect((await take(w, job)).outcome).toBe('continued')
      return late
    }
    await sweep(w.app)
    expect(await w.job(job.id)).toMatchObject({ status: 'in_progress', error: null })
  })

  test('and one that comes at that moment: one of the two wins', async () => {
    const w = world()
    const job = await waiting(w, { actionTimeoutSeconds: 60 })
    w.clock.advance(60)
    const [, { outcome }] = await Promise.all([sweep(w.app), take(w, job)])
    const { status } = await w.job(job.id)
    expect([`${outcome} ${status}`]).toContain(outcome === 'continued' ? 'continued in_progress' : 'not_waiting failed')
    expect(await w.app.store.turns.listForJob(job.id)).toHaveLength(outcome === 'continued' ? 2 : 1)
  })
})

test('a wish to cancel that comes while an action is taken does not end the job under its new turn', async () => {
  const w = world()
  const job = await waiting(w)
  await take(w, job)
  await w.app.store.jobs.requestCancel(job.id, w.clock.now())
  const { listForJob } = w.app.store.turns
  w.app.store.turns.listForJob = async (id) => (await listForJob(id)).slice(0, 1) // as it was before the action
  expect(await w.run('cancel-job', { jobId: job.id })).toBe('being_sent')
  w.app.store.turns.listForJob = listForJob
  expect(await w.run('cancel-job', { jobId: job.id })).toBe('ended')
})

test('what is given while a wish to cancel stands is refused', async () => {
  const w = world()
  const job = await waiting(w)
  await w.app.store.jobs.requestCancel(job.id, w.clock.now())
  expect((await take(w, job)).outcome).toBe('not_waiting')
})

async function adoptBy(w: World, response: JsonObject): Promise<string> {
  w.openai.onRetrieve = async () => found(response)
  const now = w.clock.now()
  const id = w.app.ids.next('inb')
  await w.app.store.inbox.insert([
    {
      id,
      webhookId: id,
      account: 'default',
      body: '{}',
      eventType: 'response.completed',
      responseId: textOf(response.id),
      sentAt: now,
      receivedAt: now,
      attempts: 2,
      dueAt: now,
      handledAt: null,
      outcome: null,
    },
  ])
  return w.run('handle-event', { inboxId: id })
}
