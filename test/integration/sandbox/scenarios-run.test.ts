import OpenAI, { APIConnectionError, APIError } from 'openai'
import { describe, expect, test } from 'vitest'
import { scenario, startSandboxClient, type SandboxClient } from './support/sandbox-client.ts'

describe('how a run ends', () => {
  test.each([
    ['fail_server_error', 'failed', 'server_error'],
    ['fail_rate_limit', 'failed', 'rate_limit_exceeded'],
    ['fail_quota', 'failed', 'insufficient_quota'],
    ['fail_content_policy', 'failed', 'image_content_policy_violation'],
    ['fail_invalid_prompt', 'failed', 'invalid_prompt'],
    ['fail_bio_policy', 'failed', 'bio_policy'],
    ['fail_vector_store', 'failed', 'vector_store_timeout'],
    ['incomplete', 'incomplete', 'max_output_tokens'],
    ['incomplete_content_filter', 'incomplete', 'content_filter'],
    ['incomplete_unknown_reason', 'incomplete', 'steered'],
    ['cancelled_upstream', 'cancelled', undefined],
  ])('%s is %s: %s', async (name, status, reason) => {
    await using client = await startSandboxClient()
    const done = await client.run(scenario(name))
    expect([done.status, done.error?.code ?? done.incomplete_details?.reason]).toEqual([status, reason])
    if (status !== 'incomplete') expect([done.output, done.usage]).toEqual([[], null])
  })

  test('fail takes its words from the metadata, fail_internal names a wfr_ id, fail_partial keeps what there is', async () => {
    await using client = await startSandboxClient()
    const metadata = { sandbox_scenario: 'fail', sandbox_error_code: 'odd_code', sandbox_error_message: 'Odd.' }
    expect((await client.run({ metadata })).error).toEqual({ code: 'odd_code', message: 'Odd.' })
    expect((await client.run(scenario('fail_internal'))).error?.message).toContain('wfr_')
    const partial = await client.run(scenario('fail_partial'))
    expect([partial.status, partial.output_text === '']).toEqual(['failed', false])
  })

  test('incomplete keeps half of the text', async () => {
    await using client = await startSandboxClient()
    const [whole, half] = [await client.run(), await client.run(scenario('incomplete'))]
    expect(half.output_text).toBe(whole.output_text.slice(0, half.output_text.length))
    expect(half.output_text.length / whole.output_text.length).toBeCloseTo(0.5, 1)
    expect(half.output.at(-1)).toMatchObject({ status: 'incomplete' })
  })

  test('incomplete_empty shows nothing and costs', async () => {
    await using client = await startSandboxClient()
    const done = await client.run(scenario('incomplete_empty'))
    expect([done.status, done.output]).toEqual(['incomplete', []])
    expect(done.usage?.output_tokens).toBeGreaterThan(0)
  })

  test.each(['stuck_queued', 'stuck_in_progress'])('%s stays so, until cancelled or finished by hand', async (name) => {
    await using client = await startSandboxClient()
    const status = name.replace('stuck_', '')
    const [first, second] = [await client.run(scenario(name)), await client.run(scenario(name))]
    expect([first.status, second.status]).toEqual([status, status])
    expect((await client.openai.responses.cancel(first.id)).status).toBe('cancelled')
    await client.sandbox.state.finishAll()
    expect((await client.openai.responses.retrieve(second.id)).status).toBe('completed')
  })

  test('partial_output shows a half-written message in the middle', async () => {
    await using client = await startSandboxClient()
    const { id } = await client.create({
      metadata: { sandbox_scenario: 'partial_output', sandbox_delay_ms: '60000', sandbox_queue_ms: '0' },
    })
    await expect.poll(async () => (await client.openai.responses.retrieve(id)).output_text).toBe('So far I have found')
    await client.sandbox.state.finish(id)
    expect((await client.openai.responses.retrieve(id)).status).toBe('completed')
  })
})

/** What each of several retrieves of a finished response comes to. */
async function retrieveTimes({ openai }: SandboxClient, { id, times }: { id: string; times: number }): Promise<unknown[]> {
  const seen: unknown[] = []
  for (let n = 0; n < times; n += 1) {
    const read = openai.responses.retrieve(id).then(({ status }) => status)
    seen.push(
      await read.catch((error: unknown) =>
        error instanceof APIConnectionError ? 'connection' : error instanceof APIError ? error.status : 'unreadable',
      ),
    )
  }
  return seen
}

describe('how a retrieve goes', () => {
  test.each([
    ['retrieve_404_first', [404, 404, 'completed']],
    ['retrieve_404_final', [404, 404, 404]],
    ['retrieve_404_after_read', ['completed', 404, 404]],
    ['retrieve_stale:2', ['in_progress', 'in_progress', 'completed']],
    ['retrieve_401', [401, 401, 401]],
    ['retrieve_429:1', [429, 'completed', 'completed']],
    ['retrieve_500', [500, 500, 'completed']],
    ['retrieve_reset', ['connection', 'connection', 'completed']],
    ['retrieve_truncated', ['unreadable', 'completed', 'completed']],
    ['retrieve_mislabelled', ['unreadable', 'completed', 'completed']],
    ['retrieve_html', ['unreadable', 'completed', 'completed']],
    ['retrieve_slow:30', ['completed', 'completed', 'completed']],
  ])('%s', async (name, expected) => {
    await using client = await startSandboxClient()
    const { id } = await client.create(scenario(name))
    await client.sandbox.state.settled()
    const seen = await retrieveTimes(client, { id, times: 3 })
    expect(seen.map((each) => (each === 'connection' && expected[0] === 'unreadable' ? 'unreadable' : each))).toEqual(expected)
  })

  test('retrieve_404_final knows the response while it runs', async () => {
    await using client = await startSandboxClient()
    const { id } = await client.create({ metadata: { sandbox_scenario: 'retrieve_404_final', sandbox_delay_ms: '60000' } })
    expect(await retrieveTimes(client, { id, times: 1 })).toEqual(['queued'])
  })

  test('retrieve_hang never answers', async () => {
    await using client = await startSandboxClient()
    const { id } = await client.create(scenario('retrieve_hang'))
    await client.sandbox.state.settled()
    const hurried = new OpenAI({ baseURL: client.sandbox.url, apiKey: 'sk', maxRetries: 0, timeout: 40 })
    await expect(hurried.responses.retrieve(id)).rejects.toThrow('timed out')
    expect((await client.openai.responses.retrieve(id)).status).toBe('completed')
  })
})

describe('how a cancel goes', () => {
  const slow = (name: string): { metadata: Record<string, string> } => ({ metadata: { sandbox_scenario: name, sandbox_delay_ms: '60000' } })

  test.each([
    ['cancel_race', 'in_progress', 'completed'],
    ['cancel_slow:10', 'in_progress', 'cancelled'],
    ['cancel_then_completed', 'cancelled', 'completed'],
  ])('%s answers %s and ends %s', async (name, answered, ended) => {
    await using client = await startSandboxClient()
    const { id } = await client.create(slow(name))
    expect((await client.openai.responses.cancel(id)).status).toBe(answered)
    await client.sandbox.state.settled()
    expect((await client.openai.responses.retrieve(id)).status).toBe(ended)
  })

  test('cancel_400 refuses what is final, cancel_500 and delete_500 fail once', async () => {
    await using client = await startSandboxClient()
    const done = await client.run(scenario('cancel_400'))
    await expect(client.openai.responses.cancel(done.id)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('Cannot cancel a completed response.'),
    })
    const { id } = await client.create(slow('cancel_500,delete_500'))
    await expect(client.openai.responses.cancel(id)).rejects.toMatchObject({ status: 500 })
    expect((await client.openai.responses.cancel(id)).status).toBe('cancelled')
    await expect(client.openai.responses.delete(id)).rejects.toMatchObject({ status: 500 })
    await client.openai.responses.delete(id)
  })
})
