import { InvalidWebhookSignatureError } from 'openai'
import { describe, expect, test } from 'vitest'
import { scenario, startSandboxClient, type SandboxClient } from './support/sandbox-client.ts'
import { SECRET, startWebhookReceiver, type ReceivedWebhook, type WebhookReceiver } from './support/webhook-receiver.ts'

async function startBoth(statuses?: readonly number[]): Promise<SandboxClient & { receiver: WebhookReceiver }> {
  const receiver = await startWebhookReceiver(statuses)
  const client = await startSandboxClient({ webhooks: [{ url: receiver.url, secret: SECRET }] })
  const close = async (): Promise<void> => {
    await client[Symbol.asyncDispose]()
    await receiver[Symbol.asyncDispose]()
  }
  return { ...client, receiver, [Symbol.asyncDispose]: close }
}

/** Judged as a user of the client would: the type, or why it was thrown away. */
async function judge({ openai }: SandboxClient, { headers, body }: ReceivedWebhook): Promise<string> {
  try {
    return (await openai.webhooks.unwrap(body, headers, SECRET)).type
  } catch (error) {
    if (error instanceof InvalidWebhookSignatureError) return error.message
    return error instanceof SyntaxError ? 'not JSON' : String(error)
  }
}

async function judged(client: SandboxClient & { receiver: WebhookReceiver }): Promise<string[]> {
  return Promise.all(client.receiver.received.map((delivery) => judge(client, delivery)))
}

describe('delivery', () => {
  test('arrives as OpenAI sends it and passes client.webhooks.unwrap', async () => {
    await using client = await startBoth()
    const { id } = await client.run()
    const [delivery] = client.receiver.received
    expect(await client.openai.webhooks.unwrap(delivery?.body ?? '', delivery?.headers, SECRET)).toMatchObject({
      object: 'event',
      type: 'response.completed',
      data: { id },
    })
    expect(delivery?.headers).toMatchObject({
      'user-agent': 'OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)',
      'content-type': 'application/json',
    })
    expect(delivery?.headers['webhook-id']).toMatch(/^wh_/)
    expect(delivery?.body).toMatch(
      /^\{"id": "evt_[0-9a-f]+", "object": "event", "created_at": \d+, "type": "response.completed", "data": \{"id": "resp_/,
    )
    expect(client.sandbox.state.deliveries).toMatchObject([
      { type: 'response.completed', responseId: id, status: 200, attempt: 1, flaw: null },
    ])
  })

  test.each([
    ['fail_server_error', 'response.failed'],
    ['incomplete', 'response.incomplete'],
    ['cancelled_upstream', 'response.cancelled'],
  ])('%s is told as %s', async (name, type) => {
    await using client = await startBoth()
    await client.run(scenario(name))
    expect(await judged(client)).toEqual([type])
  })

  test('nothing is sent for a response that was not background', async () => {
    await using client = await startBoth()
    await client.run({ background: false })
    expect(client.receiver.received).toHaveLength(0)
  })

  test('is tried again with the same id, a redirect counting as a failure and any 2xx as success', async () => {
    await using client = await startBoth([500, 302, 204])
    await client.run()
    expect(new Set(client.receiver.received.map(({ headers }) => headers['webhook-id']))).toHaveLength(1)
    expect(client.sandbox.state.deliveries.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 500],
      [2, 302],
      [3, 204],
    ])
    expect(await judged(client)).toEqual(Array(3).fill('response.completed'))
  })

  test('goes to every endpoint that wants the type, each with its own secret and id', async () => {
    await using client = await startBoth()
    await using second = await startWebhookReceiver()
    const failures = await client.openai.webhooks.create({ name: 'failures', url: second.url, event_types: ['response.failed'] })
    await client.run()
    await client.run(scenario('fail_quota'))
    expect(await judged(client)).toEqual(['response.completed', 'response.failed'])
    const [only] = second.received
    expect(second.received).toHaveLength(1)
    expect(
      await client.openai.webhooks.unwrap(only?.body ?? '', only?.headers as Record<string, string>, failures.signing_secret),
    ).toMatchObject({ type: 'response.failed' })
  })

  test('waits while held', async () => {
    await using client = await startBoth()
    client.sandbox.state.holdWebhooks(true)
    const { id } = await client.create()
    await client.sandbox.state.finish(id)
    expect((await client.openai.responses.retrieve(id)).status).toBe('completed')
    expect(client.receiver.received).toHaveLength(0)
    client.sandbox.state.holdWebhooks(false)
    await client.sandbox.state.settled()
    expect(client.receiver.received).toHaveLength(1)
  })
})

describe('endpoints', () => {
  test('are made, read, changed, listed and deleted, the secret shown once', async () => {
    await using client = await startSandboxClient()
    const { webhooks } = client.openai
    const made = await webhooks.create({ name: 'mine', url: 'https://example.org/hook', event_types: ['response.completed'] })
    expect(made).toMatchObject({
      object: 'webhook_endpoint',
      name: 'mine',
      event_types: ['response.completed'],
      signing_secret: expect.stringMatching(/^whsec_/),
    })
    expect(await webhooks.retrieve(made.id)).not.toHaveProperty('signing_secret')
    expect(await webhooks.update(made.id, { name: 'ours', event_types: ['batch.failed'] })).toMatchObject({
      name: 'ours',
      event_types: ['batch.failed'],
      url: made.url,
    })
    expect((await Array.fromAsync(webhooks.list({ limit: 1 }))).map(({ id }) => id)).toEqual([made.id])
    expect(await webhooks.delete(made.id)).toEqual({ id: made.id, object: 'webhook_endpoint.deleted', deleted: true })
    await expect(webhooks.retrieve(made.id)).rejects.toMatchObject({ status: 404 })
    expect((await webhooks.eventTypes.list()).data).toHaveLength(27)
    await expect(
      webhooks.create({ name: 'x', url: 'https://example.org', event_types: ['response.pondered' as never] }),
    ).rejects.toMatchObject({ status: 400, param: 'event_types' })
  })

  test('rotation kills the old secret, or lets both sign for a day', async () => {
    await using client = await startBoth()
    const { webhooks } = client.openai
    const [endpoint] = (await webhooks.list()).data
    const kept = await webhooks.rotateSecret(endpoint?.id ?? '', { keep_old_secret_active_for_24_hours: true })
    await client.run()
    expect(String(client.receiver.received[0]?.headers['webhook-signature']).split(' ')).toHaveLength(2)
    expect(await judged(client)).toEqual(['response.completed'])
    await webhooks.rotateSecret(endpoint?.id ?? '')
    await client.run()
    const [, last] = client.receiver.received
    expect(await judge(client, last!)).toContain('does not match')
    await expect(webhooks.unwrap(last?.body ?? '', last?.headers as Record<string, string>, kept.signing_secret)).rejects.toThrow()
  })

  test('a test event carries a sample id that retrieve does not know', async () => {
    await using client = await startBoth()
    const [endpoint] = (await client.openai.webhooks.list()).data
    expect(await client.openai.webhooks.test(endpoint?.id ?? '', { event_type: 'response.completed' })).toMatchObject({
      object: 'webhook_endpoint.test',
      status_code: 200,
      success: true,
    })
    const { data } = JSON.parse(client.receiver.received[0]?.body ?? '') as { data: { id: string } }
    expect(data.id).toBe('resp_abc123')
    await expect(client.openai.responses.retrieve(data.id)).rejects.toMatchObject({ status: 404 })
  })
})

describe('webhook scenarios', () => {
  test.each([
    ['webhook_none', []],
    ['webhook_duplicate:3', ['response.completed', 'response.completed', 'response.completed']],
    ['webhook_copy', ['response.completed', 'response.completed']],
    ['webhook_wrong_type', ['response.failed']],
    ['webhook_stale', ['Webhook timestamp is too old', 'response.completed']],
    ['webhook_future', ['Webhook timestamp is too new', 'response.completed']],
    ['webhook_forged', ['The given webhook signature does not match the expected signature', 'response.completed']],
    ['webhook_unsigned', ['Error: Missing required header: webhook-signature', 'response.completed']],
    ['webhook_unknown_type', ['response.pondered', 'response.completed']],
    ['webhook_foreign', ['response.completed', 'response.completed']],
    ['webhook_not_json', ['not JSON', 'response.completed']],
    ['webhook_two_signatures', ['response.completed']],
    ['webhook_late:30', ['response.completed']],
    ['webhook_forged,webhook_none', ['The given webhook signature does not match the expected signature']],
  ])('%s', async (name, expected) => {
    await using client = await startBoth()
    await client.run(scenario(name))
    expect(await judged(client)).toEqual(expected)
  })

  test('duplicates share a webhook-id, a copy has its own', async () => {
    await using client = await startBoth()
    await client.run(scenario('webhook_duplicate:2', 'webhook_copy'))
    const ids = client.receiver.received.map(({ headers }) => headers['webhook-id'])
    expect([ids.length, ids[0] === ids[1], ids[0] === ids[2]]).toEqual([3, true, false])
    expect(new Set(client.receiver.received.map(({ body }) => body))).toHaveLength(1)
  })

  test('webhook_huge is as big as asked and well signed', async () => {
    await using client = await startBoth()
    await client.run(scenario('webhook_huge:50000'))
    expect(client.receiver.received[0]?.body.length).toBeGreaterThan(49_000)
    expect(await judged(client)).toEqual(['response.completed', 'response.completed'])
  })

  test('webhook_early comes before the answer to the create', async () => {
    await using client = await startBoth()
    const created = await client.create(scenario('webhook_early'))
    expect(JSON.parse(client.receiver.received[0]?.body ?? '')).toMatchObject({ data: { id: created.id } })
  })

  test('webhook_out_of_order lets a later event pass', async () => {
    await using client = await startBoth()
    const first = await client.create(scenario('webhook_out_of_order:60000'))
    await client.sandbox.state.finish(first.id)
    const second = await client.run()
    const order = client.receiver.received.map(({ body }) => (JSON.parse(body) as { data: { id: string } }).data.id)
    expect(order).toEqual([second.id, first.id])
  })
})
