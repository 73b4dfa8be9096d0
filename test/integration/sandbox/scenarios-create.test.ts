import OpenAI, { APIConnectionError, APIError } from 'openai'
import { describe, expect, test } from 'vitest'
import { scenario, startSandboxClient, type SandboxClient } from './support/sandbox-client.ts'

/** Creates `times` times for one job; what came back each time, and how often something was created. */
async function createTimes(
  client: SandboxClient,
  { name, times }: { name: string; times: number },
): Promise<{ answers: unknown[]; creates: number }> {
  const answers: unknown[] = []
  for (let n = 0; n < times; n += 1) {
    const answer = client.create({ metadata: { sandbox_scenario: name, longhaul_job: 'job_1' } })
    answers.push(
      await answer.then(
        ({ status }) => status,
        (error: unknown) => (error instanceof APIConnectionError ? 'connection' : error instanceof APIError ? error.status : 'unreadable'),
      ),
    )
  }
  return { answers, creates: client.sandbox.state.createsFor('job_1') }
}

test.each([
  ['create_reset', ['connection', 'queued'], 1],
  ['create_500:2', [500, 500, 'queued'], 1],
  ['create_502_html', [502, 'queued'], 1],
  ['create_503', [503, 'queued'], 1],
  ['create_429', [429, 'queued'], 1],
  ['create_429_bare', [429, 'queued'], 1],
  ['create_429_long', [429, 'queued'], 1],
  ['create_conversation_locked', [400, 'queued'], 1],
  ['create_quota', [429, 429], 0],
  ['create_spend_limit', [429, 429], 0],
  ['create_401', [401, 401], 0],
  ['create_403', [403, 403], 0],
  ['create_model_not_found', [404, 404], 0],
  ['create_model_not_found_400', [400, 400], 0],
  ['create_invalid_prompt', [400, 400], 0],
  ['create_eu_region', [400, 400], 0],
  ['create_zdr_parent', [400, 400], 0],
  ['create_reset_after', ['connection', 'queued'], 2],
  ['create_500_after', [500, 'queued'], 2],
  ['create_truncated', ['connection', 'queued'], 2],
  ['create_final', ['completed'], 1],
])('%s', async (name, expected, creates) => {
  await using client = await startSandboxClient()
  const result = await createTimes(client, { name, times: expected.length })
  expect(result.answers.map((answer) => (answer === 'unreadable' ? 'connection' : answer))).toEqual(expected)
  expect(result.creates).toBe(creates)
})

test.each([
  ['create_hang', 0],
  ['create_hang_after', 1],
])('%s never answers', async (name, creates) => {
  await using client = await startSandboxClient()
  const hurried = new OpenAI({ baseURL: client.sandbox.url, apiKey: 'sk', maxRetries: 0, timeout: 40 })
  await expect(
    hurried.responses.create({ model: 'm', input: 'x', background: true, metadata: { sandbox_scenario: name, longhaul_job: 'job_1' } }),
  ).rejects.toThrow('timed out')
  expect(client.sandbox.state.createsFor('job_1')).toBe(creates)
})

test('create_late has created before it answers', async () => {
  await using client = await startSandboxClient()
  const created = client.create(scenario('create_late:50'))
  await expect.poll(() => client.sandbox.state.responses.size).toBe(1)
  expect((await created).id).toBe([...client.sandbox.state.responses.keys()][0])
})

test('create_mislabelled is json under another name', async () => {
  await using client = await startSandboxClient()
  const answer = await client.fetch('/responses', {
    method: 'POST',
    body: JSON.stringify({ model: 'm', input: 'x', background: true, ...scenario('create_mislabelled') }),
  })
  expect(answer.headers.get('content-type')).toContain('text/html')
  expect(await answer.json()).toMatchObject({ status: 'queued' })
})

test('create_foreground answers before the end', async () => {
  await using client = await startSandboxClient()
  expect(
    (await client.create({ background: false, metadata: { sandbox_scenario: 'create_foreground', sandbox_delay_ms: '60000' } })).status,
  ).toBe('in_progress')
})

test('rate limits and quota come in the words and headers of OpenAI', async () => {
  await using client = await startSandboxClient()
  const refusal = async (name: string): Promise<APIError> =>
    client.create(scenario(name)).then(
      () => Promise.reject(new Error('accepted')),
      (error: APIError) => error,
    )
  expect(await refusal('create_429')).toMatchObject({ type: 'tokens', code: 'rate_limit_exceeded' })
  expect((await refusal('create_429_long')).headers?.get('retry-after')).toBe('120')
  expect((await refusal('create_429_bare')).headers?.has('retry-after')).toBe(false)
  const quota = await refusal('create_quota')
  expect([quota.code, quota.headers?.get('x-should-retry')]).toEqual(['insufficient_quota', 'false'])
})

test('an unknown scenario is refused before anything is created', async () => {
  await using client = await startSandboxClient()
  await expect(client.create(scenario('no_such_thing'))).rejects.toThrow("Unknown sandbox scenario 'no_such_thing'")
  expect(client.sandbox.state.responses.size).toBe(0)
})

describe('the state knobs', () => {
  test.each([
    ['reset', 'connection'],
    ['error_500', 500],
    ['error_503', 503],
    ['rate_limited', 429],
    ['unauthorized', 401],
    ['html_502', 502],
  ] as const)('outage(%s) breaks every request until it ends', async (mode, expected) => {
    await using client = await startSandboxClient()
    client.sandbox.state.outage(mode)
    expect((await createTimes(client, { name: '', times: 2 })).answers).toEqual([expected, expected])
    client.sandbox.state.outage('none')
    expect(await createTimes(client, { name: '', times: 1 })).toEqual({ answers: ['queued'], creates: 1 })
    expect(client.sandbox.state.requests.map(({ status }) => status)).toEqual([
      ...Array(2).fill(expected === 'connection' ? null : expected),
      200,
    ])
  })

  test('lost_replies takes effect without a word, for as many requests as match', async () => {
    await using client = await startSandboxClient()
    client.sandbox.state.outage('lost_replies', { match: /^POST \/v1\/responses$/, times: 1 })
    await client.openai.models.list()
    expect(await createTimes(client, { name: '', times: 2 })).toEqual({ answers: ['connection', 'queued'], creates: 2 })
  })

  test('connections can be refused, and taken again on the same port', async () => {
    await using client = await startSandboxClient()
    await client.sandbox.state.refuseConnections(true)
    await expect(fetch(client.sandbox.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    await client.sandbox.state.refuseConnections(false)
    expect((await client.create()).status).toBe('queued')
  })

  test('everyCreate lends a scenario to creates without one', async () => {
    await using client = await startSandboxClient()
    client.sandbox.state.everyCreate({ sandbox_scenario: 'refusal' })
    expect((await client.run()).output.at(-1)).toMatchObject({ content: [{ type: 'refusal' }] })
    expect((await client.run()).metadata).toEqual({})
    client.sandbox.state.everyCreate({})
    expect((await client.run()).output_text).not.toBe('')
  })
})
