import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import type { TestHttp } from '../../support/http-context.ts'
import { startTestHttp } from '../../support/http-context.ts'
import { SMALLEST } from '../../support/http-client.ts'
import { seedFinished, seedRunning } from '../../support/http-seed.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

test('a submission is accepted, durable, and named to the queue', async () => {
  const { status, headers, body } = await http.api.post('/v1/jobs', {
    request: { ...SMALLEST, tools: [{ type: 'something_new', deep: { as: 'it came' } }] },
    labels: { team: 'growth' },
    priority: 7,
    user: 'u-1',
  })
  expect(status).toBe(202)
  expect(headers.get('location')).toBe(`${http.url}/v1/jobs/${body.id}`)
  expect(body).toMatchObject({ status: 'queued', labels: { team: 'growth' }, priority: 7, user: 'u-1', queue_position: 1 })
  const kept = await http.context.store.jobs.getRequest(body.id)
  expect(JSON.parse(kept?.body ?? '')).toEqual({ ...SMALLEST, tools: [{ type: 'something_new', deep: { as: 'it came' } }] })
  const turnId = (await http.context.store.turns.listForJob(body.id))[0]?.id
  expect(http.queued).toContainEqual({ name: 'submit-job', payload: { turnId }, dedupe: turnId, priority: 7, delayMs: 0 })
})

test('times are kept as given, and the deadline counts from the start', async () => {
  const start = new Date(Date.now() + 3_600_000)
  const body = await http.api.submit({ start_after: start.toISOString(), deadline_seconds: 60, retention_days: 3 })
  expect(body.start_after).toBe(start.toISOString())
  expect(body.deadline_at).toBe(new Date(start.getTime() + 60_000).toISOString())
  expect((await http.context.store.jobs.get(body.id))?.retentionDays).toBe(3)
})

test('optional fields may be null, and retention is then as the service is set', async () => {
  const nothing = { callback_url: null, callback_events: null, labels: null, priority: null, start_after: null, deadline_seconds: null }
  const body = await http.api.submit({
    ...nothing,
    retention_days: null,
    previous_job_id: null,
    account: null,
    on_unconfirmed: null,
    user: null,
  })
  expect((await http.context.store.jobs.get(body.id))?.retentionDays).toBe(30)
})

const refusals: [string, Record<string, unknown>, number, string[]][] = [
  ['no request', { request: undefined }, 400, ['request']],
  ['a request that is a list', { request: [] }, 400, ['request']],
  ['a field of a later version', { live: true, max_cost_usd: 5 }, 400, ['live', 'max_cost_usd']],
  ['a label key in capitals', { labels: { Team: 'x' } }, 400, ['labels.Team']],
  ['a label that is a number', { labels: { team: 1 } }, 400, ['labels.team']],
  ['a label with NUL', { labels: { team: 'a\0b' } }, 400, ['labels.team']],
  ['half a surrogate pair', { user: '\ud800' }, 400, ['user']],
  ['21 labels', { labels: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`l${index}`, ''])) }, 400, ['labels']],
  ['a label value that is too long', { labels: { team: 'x'.repeat(257) } }, 400, ['labels.team']],
  ['a priority that is no whole number', { priority: 1.5 }, 400, ['priority']],
  ['a priority out of range', { priority: 101 }, 400, ['priority']],
  ['a time without its offset', { start_after: '2026-11-21T00:00:00' }, 400, ['start_after']],
  ['a time that no calendar has', { start_after: '2026-02-30T00:00:00Z' }, 400, ['start_after']],
  ['a time before all others', { start_after: '0000-01-01T00:00:00Z' }, 400, ['start_after']],
  ['a deadline of nothing', { deadline_seconds: 0 }, 400, ['deadline_seconds']],
  ['a deadline of more than a week', { deadline_seconds: 604_801 }, 400, ['deadline_seconds']],
  ['an unknown account', { account: 'nobody' }, 400, ['account']],
  ['a callback to a private address', { callback_url: 'https://10.0.0.1/x' }, 400, ['callback_url']],
  ['a callback that is no address', { callback_url: 'not a url' }, 400, ['callback_url']],
  ['events without a callback', { callback_events: ['job.completed'] }, 400, ['callback_events']],
  ['an unknown event', { callback_url: 'https://example.com/', callback_events: ['job.done'] }, 400, ['callback_events.0']],
  ['no event at all', { callback_url: 'https://example.com/', callback_events: [] }, 400, ['callback_events']],
  ['a stream', { request: { ...SMALLEST, stream: true } }, 400, ['request.stream']],
  ['background off', { request: { ...SMALLEST, background: false } }, 400, ['request.background']],
  ['store off', { request: { ...SMALLEST, store: false } }, 400, ['request.store']],
  ['our metadata key', { request: { ...SMALLEST, metadata: { longhaul_job: 'x' } } }, 400, ['request.metadata.longhaul_job']],
  ['no model', { request: { input: 'x' } }, 422, ['request.model']],
  [
    'two parents',
    { previous_job_id: 'job_x', request: { ...SMALLEST, previous_response_id: 'resp_x' } },
    400,
    ['request.previous_response_id'],
  ],
]

test.each(refusals)('%s is refused by name', async (_name, fields, status, names) => {
  const reply = await http.api.post('/v1/jobs', { request: SMALLEST, ...fields })
  expect(reply.status).toBe(status)
  expect(reply.body.error.details.map(({ field }: { field: string }) => field)).toEqual(names)
})

test('a request may hold NUL and halves of surrogate pairs: it is text, kept as it came', async () => {
  const input = 'a\0b \ud800 c'
  const { id } = await http.api.submit({ request: { model: 'm\0', input, metadata: { note: 'x\0' } } })
  const kept = await http.context.store.jobs.getRequest(id)
  expect(JSON.parse(kept?.body ?? '').input).toBe(input)
})

describe('with an Idempotency-Key', () => {
  const headers = (key: string) => ({ 'idempotency-key': key })

  test('the same body gives the same job again, whatever the order of its keys', async () => {
    const first = await http.api.post('/v1/jobs', { request: SMALLEST, labels: { a: '1', b: '2' } }, headers('k1'))
    const again = await http.api.post(
      '/v1/jobs',
      { labels: { b: '2', a: '1' }, request: { input: 'Hello', model: 'gpt-5.5' } },
      headers('k1'),
    )
    expect([first.status, again.status]).toEqual([202, 200])
    expect(first.headers.get('idempotent-replayed')).toBeNull()
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(again.body.id).toBe(first.body.id)
  })

  test('another body is a conflict', async () => {
    await http.api.post('/v1/jobs', { request: SMALLEST }, headers('k2'))
    const other = await http.api.post('/v1/jobs', { request: { ...SMALLEST, input: 'Bye' } }, headers('k2'))
    expect(other.status).toBe(409)
    expect(other.body.error.code).toBe('idempotency_key_reused')
  })

  test('ten at once make one job', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => http.api.post('/v1/jobs', { request: SMALLEST }, headers('k3'))))
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1)
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(9)
  })

  test('another tenant may use the same key', async () => {
    const other = await http.tenant()
    const [mine, theirs] = [
      await http.api.post('/v1/jobs', { request: SMALLEST }, headers('k4')),
      await other.post('/v1/jobs', { request: SMALLEST }, headers('k4')),
    ]
    expect([mine.status, theirs.status]).toEqual([202, 202])
    expect(mine.body.id).not.toBe(theirs.body.id)
  })

  test('a deleted job is not made again', async () => {
    const { body } = await http.api.post('/v1/jobs', { request: SMALLEST }, headers('k5'))
    await http.api.post(`/v1/jobs/${body.id}/cancel`)
    await http.api.call(`/v1/jobs/${body.id}`, { method: 'DELETE' })
    const again = await http.api.post('/v1/jobs', { request: SMALLEST }, headers('k5'))
    expect([again.status, again.body.error.code]).toEqual([409, 'job_deleted'])
  })

  test('a key that is too long is refused', async () => {
    expect((await http.api.post('/v1/jobs', { request: SMALLEST }, headers('x'.repeat(256)))).body.error.details[0].field).toBe(
      'idempotency-key',
    )
  })
})

describe('with Prefer: wait', () => {
  test('the reply is held until the job ends', async () => {
    const before = http.queued.length
    const held = http.api.post('/v1/jobs', { request: SMALLEST }, { prefer: 'respond-async, wait=30' })
    const job = await newestJob(before)
    await seedFinished(http.context, job)
    const { status, headers, body } = await held
    expect([status, body.status, body.output_text]).toEqual([200, 'completed', 'Hello there.'])
    expect(headers.get('preference-applied')).toBe('wait=30')
  })

  test('a job that wants something answers too', async () => {
    const before = http.queued.length
    const held = http.api.post('/v1/jobs', { request: SMALLEST }, { prefer: 'wait=30' })
    const call = { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' }
    await seedFinished(http.context, await newestJob(before), { response: { output: [call] } })
    const { status, body } = await held
    expect([status, body.status]).toEqual([200, 'requires_action'])
    expect(body.required_action.outputs[0].call_id).toBe('call_1')
  })

  test('time that runs out answers 202 with the job as it stands', async () => {
    const { status, body } = await http.api.post('/v1/jobs', { request: SMALLEST }, { prefer: 'wait=1' })
    expect([status, body.status]).toEqual([202, 'queued'])
  })

  test('a client that goes away is waited for no longer', async () => {
    const { next } = http.context.signals
    let waiting: AbortSignal | undefined
    http.context.signals.next = (id, options) => {
      waiting = options.signal
      return next(id, options)
    }
    const leaving = new AbortController()
    const init = { method: 'POST', body: { request: SMALLEST }, headers: { prefer: 'wait=60' }, signal: leaving.signal }
    const held = http.api.call('/v1/jobs', init)
    await eventually(() => waiting)
    leaving.abort()
    await expect(held).rejects.toThrow('aborted')
    await eventually(() => waiting?.aborted || undefined)
    http.context.signals.next = next
  })

  test.each(['wait=0', 'wait=61', 'wait', 'wait=soon'])('%s is refused', async (prefer) => {
    const { status, body } = await http.api.post('/v1/jobs', { request: SMALLEST }, { prefer })
    expect([status, body.error.details[0].field]).toEqual([400, 'Prefer'])
  })

  /** Of the submission whose queue entry came after `before`. */
  async function newestJob(before: number): Promise<string> {
    const entry = await eventually(() => http.queued.slice(before).find(({ name }) => name === 'submit-job'))
    const turn = await http.context.store.turns.get((entry.payload as { turnId: string }).turnId)
    return turn?.jobId ?? ''
  }
})

describe('following up', () => {
  test('on a finished job is accepted', async () => {
    const parent = await http.api.submit()
    await seedFinished(http.context, parent.id)
    expect((await http.api.submit({ previous_job_id: parent.id })).previous_job_id).toBe(parent.id)
  })

  test('on a job that runs is a conflict, and its key is free again', async () => {
    const parent = await http.api.submit()
    await seedRunning(http.context, parent.id)
    const follow = { request: SMALLEST, previous_job_id: parent.id }
    const early = await http.api.post('/v1/jobs', follow, { 'idempotency-key': 'follow' })
    expect([early.status, early.body.error.code]).toEqual([409, 'parent_not_final'])
    const anew = await http.api.post('/v1/jobs', { request: SMALLEST }, { 'idempotency-key': 'follow' })
    expect(anew.status).toBe(202)
  })

  test('on a job that never had a response is a conflict', async () => {
    const parent = await http.api.submit()
    await http.api.post(`/v1/jobs/${parent.id}/cancel`)
    const { status, body } = await http.api.post('/v1/jobs', { request: SMALLEST, previous_job_id: parent.id })
    expect([status, body.error.code]).toEqual([409, 'parent_without_response'])
  })

  test('on a job of somebody else is as unknown as any', async () => {
    const other = await http.tenant()
    const { id } = await other.submit()
    const { status, body } = await http.api.post('/v1/jobs', { request: SMALLEST, previous_job_id: id })
    expect([status, body.error.details[0].field]).toEqual([404, 'previous_job_id'])
  })
})
