import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/domain/model.ts'
import type { Body } from '../../support/api-client.ts'
import type { TestHttp } from '../../support/http-context.ts'
import { startTestHttp } from '../../support/http-context.ts'
import { seedFinished } from '../../support/http-seed.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

const CALLS: JsonObject[] = [
  { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'weather', arguments: '{}' },
  { type: 'function_call', id: 'fc_2', call_id: 'call_2', name: 'weather', arguments: '{}' },
  { type: 'mcp_approval_request', id: 'mcpr_1', server_label: 'library', name: 'search', arguments: '{}' },
]
const ANSWERS = {
  outputs: [
    { call_id: 'call_2', output: 'rain' },
    { call_id: 'call_1', output: [{ type: 'input_text', text: 'sun' }] },
  ],
  approvals: [{ approval_request_id: 'mcpr_1', approve: false, reason: 'no' }],
}

async function waiting(): Promise<Body> {
  const { id } = await http.api.submit()
  await seedFinished(http.context, id, { response: { output: CALLS } })
  return (await http.api.call(`/v1/jobs/${id}`)).body
}

const act = (id: string, body: unknown) => http.api.post(`/v1/jobs/${id}/actions`, body)

test('a job tells what it requires, and goes on with a second turn once all of it is given', async () => {
  const job = await waiting()
  expect(job).toMatchObject({
    status: 'requires_action',
    required_action: {
      type: 'submit_actions',
      outputs: [{ type: 'function_call', call_id: 'call_1', name: 'weather' }, { call_id: 'call_2' }],
      approvals: [{ approval_request_id: 'mcpr_1', server_label: 'library' }],
    },
  })
  const due = new Date(job.action_due_at)
  expect(due.getTime() - Date.now()).toBeGreaterThan(23 * 3_600_000)
  expect(job.urls.actions).toBe(`${http.url}/v1/jobs/${job.id}/actions`)
  const { status, body } = await act(job.id, ANSWERS)
  expect(status).toBe(202)
  expect([body.action_due_at, 'actions' in body.urls]).toEqual([null, false])
  expect(body).toMatchObject({
    id: job.id,
    status: 'in_progress',
    required_action: null,
    turns: [
      { number: 1, state: 'done' },
      { number: 2, state: 'ready', response_id: null },
    ],
  })
  const turn = (await http.context.store.turns.listForJob(job.id)).at(-1)
  const input = await http.context.store.turns.getInput(turn?.id ?? '')
  expect(JSON.parse(input ?? '')).toEqual([
    { type: 'function_call_output', call_id: 'call_1', output: [{ type: 'input_text', text: 'sun' }] },
    { type: 'function_call_output', call_id: 'call_2', output: 'rain' },
    { type: 'mcp_approval_response', approval_request_id: 'mcpr_1', approve: false, reason: 'no' },
  ])
  expect(http.queued.at(-1)).toMatchObject({ name: 'submit-job', payload: { turnId: turn?.id } })
})

test('the same actions again are answered the same, in whatever order; other ones are 409', async () => {
  const { id } = await waiting()
  const first = await act(id, ANSWERS)
  const again = await act(id, { ...ANSWERS, outputs: ANSWERS.outputs.toReversed() })
  expect(again).toMatchObject({ status: 202, body: first.body })
  const other = await act(id, { ...ANSWERS, approvals: [{ approval_request_id: 'mcpr_1', approve: true }] })
  expect(other).toMatchObject({ status: 409, body: { error: { code: 'action_not_required' } } })
  expect(await http.context.store.turns.listForJob(id)).toHaveLength(2)
})

const unfit: [string, unknown, string[]][] = [
  ['nothing', {}, ['outputs', 'outputs', 'approvals']],
  ['one of two outputs', { ...ANSWERS, outputs: ANSWERS.outputs.slice(0, 1) }, ['outputs']],
  ['an unknown call', { ...ANSWERS, outputs: [...ANSWERS.outputs, { call_id: 'call_9', output: '' }] }, ['outputs.2.call_id']],
  ['an output without a value', { outputs: [{ call_id: 'call_1' }] }, ['outputs.0.output']],
  ['an unknown field', { ...ANSWERS, tool_outputs: [] }, ['tool_outputs']],
  ['an approval that is no yes or no', { approvals: [{ approval_request_id: 'mcpr_1', approve: 'yes' }] }, ['approvals.0.approve']],
]

test('what does not fit is 400, with every field at fault, and the job waits on', async () => {
  const { id } = await waiting()
  for (const [what, sent, fields] of unfit) {
    const { status, body } = await act(id, sent)
    expect([what, status, body.error.details.map(({ field }: { field: string }) => field)]).toEqual([what, 400, fields])
  }
  expect((await http.api.call(`/v1/jobs/${id}`)).body.status).toBe('requires_action')
})

test('a job that requires nothing is 409, one of another tenant 404', async () => {
  const queued = await http.api.submit()
  expect((await act(queued.id, ANSWERS)).status).toBe(409)
  const { id } = await waiting()
  const other = await http.tenant()
  expect((await other.post(`/v1/jobs/${id}/actions`, ANSWERS)).status).toBe(404)
})

test('what JSON can hold reaches the turn as it came: NUL, half a pair, a screenshot', async () => {
  const { id } = await http.api.submit()
  const calls: JsonObject[] = [...CALLS.slice(0, 1), { type: 'computer_call', call_id: 'call_3', pending_safety_checks: [] }]
  await seedFinished(http.context, id, { response: { output: calls } })
  const screenshot = { type: 'computer_screenshot', image_url: `data:image/png;base64,${'A'.repeat(500_000)}` }
  const outputs = [
    { call_id: 'call_1', output: 'a\0b \ud800' },
    { call_id: 'call_3', output: screenshot },
  ]
  expect((await act(id, { outputs })).status).toBe(202)
  const [first, second] = JSON.parse((await http.context.store.turns.listInputs(id))[0] ?? '')
  expect(first.output).toBe('a\0b \ud800')
  const { body } = await http.api.call(`/v1/artifacts?job=${id}&kind=input`)
  expect(body.data).toMatchObject([{ bytes: 375_000, source: { item_type: 'computer_screenshot' } }])
  expect(second.output).toEqual({ ...screenshot, image_url: `longhaul:artifact/${body.data[0].id}` })
})

test('a job shows the jobs that follow up on it', async () => {
  const parent = await http.api.submit()
  await seedFinished(http.context, parent.id)
  const child = await http.api.submit({ previous_job_id: parent.id })
  expect((await http.api.call(`/v1/jobs/${parent.id}`)).body).toMatchObject({ follow_up_job_ids: [child.id], previous_job_id: null })
  expect(child).toMatchObject({ follow_up_job_ids: [], previous_job_id: parent.id })
})
