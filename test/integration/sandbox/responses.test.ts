import { createHash } from 'node:crypto'
import OpenAI, { AuthenticationError, BadRequestError, NotFoundError } from 'openai'
import { describe, expect, test } from 'vitest'
import { startSandboxClient } from './support/sandbox-client.ts'

describe('create', () => {
  test('answers at once with a whole queued response, its model resolved to a snapshot', async () => {
    await using client = await startSandboxClient()
    const {
      data,
      response,
      request_id: requestId,
    } = await client.openai.responses
      .create({ model: 'gpt-5.5-pro', input: 'hello', background: true, metadata: { longhaul_job: 'job_1', team: 'growth' } })
      .withResponse()
    expect(data).toMatchObject({
      status: 'queued',
      object: 'response',
      model: 'gpt-5.5-pro-2026-04-23',
      output: [],
      usage: null,
      background: true,
      error: null,
    })
    expect(data).toMatchObject({
      store: true,
      service_tier: 'auto',
      completed_at: null,
      metadata: { longhaul_job: 'job_1', team: 'growth' },
    })
    expect(data.id).toMatch(/^resp_[0-9a-f]{48}$/)
    expect(requestId).toMatch(/^req_/)
    for (const header of ['openai-processing-ms', 'openai-version', 'x-ratelimit-remaining-requests', 'x-ratelimit-reset-tokens'])
      expect(response.headers.has(header)).toBe(true)
  })

  test('counts creates by metadata.longhaul_job', async () => {
    await using client = await startSandboxClient()
    await Promise.all([1, 2, 3].map(() => client.create({ metadata: { longhaul_job: 'job_1' } })))
    await client.create({ metadata: { longhaul_job: 'job_2' } })
    expect([
      client.sandbox.state.createsFor('job_1'),
      client.sandbox.state.createsFor('job_2'),
      client.sandbox.state.createsFor('job_3'),
    ]).toEqual([3, 1, 0])
  })

  test('without background answers when the response is final', async () => {
    await using client = await startSandboxClient()
    const done = await client.openai.responses.create({ model: 'gpt-4o', input: 'hello' })
    expect(done.status).toBe('completed')
    expect(done.output_text).toContain('hello')
    await expect(client.openai.responses.cancel(done.id)).rejects.toThrow('Cannot cancel a synchronous response.')
  })

  test.each([
    ['no model', { model: undefined }, "Missing required parameter: 'model'.", 'missing_required_parameter', 'model'],
    [
      'an unknown parent',
      { previous_response_id: 'resp_x' },
      "Previous response with id 'resp_x' not found.",
      'previous_response_not_found',
      'previous_response_id',
    ],
    [
      'seventeen metadata pairs',
      { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`k${n}`, 'v'])) },
      'at most 16 properties',
      'object_above_max_properties',
      'metadata',
    ],
    ['a metadata key of 65', { metadata: { ['k'.repeat(65)]: 'v' } }, 'maximum length 64', 'property_name_above_max_length', 'metadata'],
    ['a metadata value of 513', { metadata: { k: 'v'.repeat(513) } }, 'maximum length 512', 'string_above_max_length', 'metadata.k'],
    ['a metadata number', { metadata: { k: 1 } }, "Invalid type for 'metadata.k'", 'invalid_type', 'metadata.k'],
    ['too few tokens', { max_output_tokens: 5 }, 'Expected a value >= 16', 'integer_below_min_value', 'max_output_tokens'],
    [
      'parent and conversation',
      { previous_response_id: 'resp_x', conversation: 'conv_1' },
      'Mutually exclusive',
      'mutually_exclusive_parameters',
      null,
    ],
    [
      'no container',
      { tools: [{ type: 'code_interpreter' }] },
      "Missing required parameter: 'tools[0].container'.",
      'missing_required_parameter',
      'tools[0].container',
    ],
    [
      'an odd size',
      { tools: [{ type: 'image_generation', size: '1000x1001' }] },
      "Invalid value: '1000x1001'",
      'invalid_value',
      'tools[0].size',
    ],
    ['deep research without a source', { model: 'o3-deep-research' }, 'require at least one of', null, 'tools'],
  ])('refuses %s in the words of OpenAI', async (_, change, message, code, param) => {
    await using client = await startSandboxClient()
    const refused = client.create(change as object)
    await expect(refused).rejects.toBeInstanceOf(BadRequestError)
    await expect(refused).rejects.toMatchObject({
      status: 400,
      code,
      param,
      type: 'invalid_request_error',
      message: expect.stringContaining(message),
    })
    expect(client.sandbox.state.responses.size).toBe(0)
  })

  test('refuses a missing and a wrong key with 401', async () => {
    await using client = await startSandboxClient({ apiKeys: ['sk-right'] })
    const bare = await fetch(`${client.sandbox.url}/models`)
    expect([bare.status, ((await bare.json()) as { error: { message: string } }).error.message]).toEqual([
      401,
      expect.stringContaining("You didn't provide an API key."),
    ])
    await expect(client.create()).rejects.toBeInstanceOf(AuthenticationError)
    await expect(client.create()).rejects.toMatchObject({ code: 'invalid_api_key' })
    const right = new OpenAI({ baseURL: client.sandbox.url, apiKey: 'sk-right' })
    expect((await right.models.list()).data.length).toBeGreaterThan(5)
  })
})

describe('retrieve', () => {
  test('walks from queued over in_progress to completed', async () => {
    await using client = await startSandboxClient()
    const { id } = await client.create({ metadata: { sandbox_delay_ms: '400', sandbox_queue_ms: '200' } })
    const seen = new Set<string | undefined>()
    for (let status: string | undefined = 'queued'; status !== 'completed';) {
      ;({ status } = await client.openai.responses.retrieve(id))
      seen.add(status)
    }
    expect([...seen]).toEqual(['queued', 'in_progress', 'completed'])
    const done = await client.openai.responses.retrieve(id)
    expect(done.usage?.total_tokens).toBe((done.usage?.input_tokens ?? 0) + (done.usage?.output_tokens ?? 0))
    expect(done.completed_at).toBeGreaterThanOrEqual(done.created_at)
  })

  test('says what is not found as OpenAI does', async () => {
    await using client = await startSandboxClient()
    const missing = client.openai.responses.retrieve('resp_x')
    await expect(missing).rejects.toBeInstanceOf(NotFoundError)
    await expect(missing).rejects.toMatchObject({
      error: { message: "Response with id 'resp_x' not found.", type: 'invalid_request_error', param: null, code: null },
    })
    const list = await client.fetch('/responses')
    expect([list.status, await list.json()]).toMatchObject([404, { error: { message: 'Invalid URL (GET /v1/responses)' } }])
  })

  test('forgets what was not stored after ten minutes, and the rest after thirty days', async () => {
    await using client = await startSandboxClient()
    const [unstored, stored] = [await client.run({ store: false }), await client.run()]
    client.sandbox.state.advanceClock(11 * 60_000)
    await expect(client.openai.responses.retrieve(unstored.id)).rejects.toBeInstanceOf(NotFoundError)
    await client.openai.responses.retrieve(stored.id)
    client.sandbox.state.advanceClock(31 * 86_400_000)
    await expect(client.openai.responses.retrieve(stored.id)).rejects.toBeInstanceOf(NotFoundError)
  })
})

test('cancel stops a run, clears its output, and may be repeated', async () => {
  await using client = await startSandboxClient()
  const { id } = await client.create({ metadata: { sandbox_delay_ms: '60000' } })
  expect(await client.openai.responses.cancel(id)).toMatchObject({ status: 'cancelled', output: [], usage: null, completed_at: null })
  expect((await client.openai.responses.cancel(id)).status).toBe('cancelled')
  await client.sandbox.state.settled()
  expect((await client.openai.responses.retrieve(id)).status).toBe('cancelled')
})

test('cancel of a completed response gives it back unchanged', async () => {
  await using client = await startSandboxClient()
  const { output_text: _text, ...done } = await client.run()
  expect(await client.openai.responses.cancel(done.id)).toEqual(done)
})

test('a deleted response is not found any more, and one in flight is not deleted', async () => {
  await using client = await startSandboxClient()
  const done = await client.run()
  await client.openai.responses.delete(done.id)
  await expect(client.openai.responses.retrieve(done.id)).rejects.toBeInstanceOf(NotFoundError)
  const running = await client.create({ metadata: { sandbox_delay_ms: '60000' } })
  await expect(client.openai.responses.delete(running.id)).rejects.toThrow('Cannot delete an in-flight response.')
})

test('input items are paged, newest first unless asked otherwise, and include the conversation before', async () => {
  await using client = await startSandboxClient()
  const first = await client.run({ input: 'one' })
  const second = await client.run({
    previous_response_id: first.id,
    input: [
      { role: 'user', content: 'two' },
      { role: 'user', content: 'three' },
    ],
  })
  const texts = async (order?: 'asc' | 'desc'): Promise<string[]> => {
    const found: string[] = []
    for await (const item of client.openai.responses.inputItems.list(second.id, { limit: 2, ...(order && { order }) })) {
      if (item.type === 'message' && item.role === 'user') found.push(JSON.stringify(item.content))
    }
    return found.map((text) => /one|two|three/.exec(text)?.[0] ?? '')
  }
  expect(await texts()).toEqual(['three', 'two', 'one'])
  expect(await texts('asc')).toEqual(['one', 'two', 'three'])
})

test('hundreds of jobs at once all end, and every artifact is told true', async () => {
  await using client = await startSandboxClient()
  const jobs = Array.from({ length: 300 }, (_, n) => n)
  const created = await Promise.all(
    jobs.map((n) =>
      client.create({
        input: `job ${n % 7}`,
        ...(n % 10 === 0 && { tools: [{ type: 'image_generation', size: '256x256' as '1024x1024' }] }),
      }),
    ),
  )
  await client.sandbox.state.settled()
  const done = await Promise.all(created.map(({ id }) => client.openai.responses.retrieve(id)))
  expect(done.filter(({ status }) => status === 'completed')).toHaveLength(300)
  for (const { id, output } of done) {
    for (const item of output) {
      if (item.type !== 'image_generation_call') continue
      const sha256 = createHash('sha256')
        .update(Buffer.from(item.result ?? '', 'base64'))
        .digest('hex')
      expect(client.sandbox.state.artifacts.get(id)).toMatchObject([{ kind: 'image', itemId: item.id, sha256 }])
    }
  }
})

test('closing leaves a waiting create without an answer and nothing running', async () => {
  const client = await startSandboxClient()
  const hanging = client.create({ metadata: { sandbox_scenario: 'create_hang' } }).catch((error: unknown) => error)
  await client.create({ metadata: { sandbox_delay_ms: '600000' } })
  await client.sandbox.close()
  expect(await hanging).toBeInstanceOf(Error)
  await client.sandbox.state.settled()
})
