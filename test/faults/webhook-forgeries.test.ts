import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { secretsOf, startTestHttp, WEBHOOK_SECRET } from '../support/http-context.ts'
import { asSent, forgeWebhooks } from '../support/forge-webhooks.ts'
import type { Forgery } from '../support/forge-webhooks.ts'

const COUNT = 10_000
const CONNECTIONS = 64
const STRANGE_SECRET = `whsec_${Buffer.alloc(32, 11).toString('base64')}`
const BROKEN_OFF = 0
const SEED = Number(process.env.FORGERY_SEED ?? randomInt(2 ** 31))

interface Reply {
  status: number
  body: string
}

function post(url: string, { path, headers, body }: Pick<Forgery, 'path' | 'headers' | 'body'>, agent: Agent): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url + path, { method: 'POST', agent, headers: { ...headers, 'content-length': body.length } })
    // The server hangs up on a head that is too large; where it does so before all was read, nothing can be heard of its answer.
    outgoing.once('error', () => resolve({ status: BROKEN_OFF, body: '' }))
    outgoing.once('response', (reply) => {
      text(reply).then((read) => resolve({ status: reply.statusCode ?? 0, body: read }), reject)
    })
    outgoing.end(body)
  })
}

function isRefused(reply: Reply | undefined, status: number): boolean {
  return reply?.status === status || (status === 431 && reply?.status === BROKEN_OFF)
}

/** All of them, as many at once as there are connections. */
async function postAll(url: string, all: readonly Pick<Forgery, 'path' | 'headers' | 'body'>[], agent: Agent): Promise<Reply[]> {
  const replies: Reply[] = []
  const waiting = all.entries()
  const line = async (): Promise<void> => {
    for (const [index, one] of waiting) replies[index] = await post(url, one, agent)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, line))
  return replies
}

test(
  'of ten thousand forged, altered or replayed webhooks none is taken, and the good ones they were made of are taken after them',
  { timeout: 120_000 },
  async () => {
    await using http = await startTestHttp(() => ({
      accounts: ['default', 'strange'],
      webhookSecrets: { default: secretsOf(WEBHOOK_SECRET), strange: secretsOf(STRANGE_SECRET) },
    }))
    using stack = new DisposableStack()
    const agent = stack.adopt(new Agent({ keepAlive: true, maxSockets: CONNECTIONS }), (open) => open.destroy())
    const seed = `the seed is ${SEED}: FORGERY_SEED=${SEED} sends the same again`
    const forgeries = forgeWebhooks({
      seed: SEED,
      count: COUNT,
      secrets: { own: WEBHOOK_SECRET, strange: STRANGE_SECRET },
      now: new Date(),
    })
    const { inbox } = http.context.store
    const startedAt = performance.now()

    const replies = await postAll(http.url, forgeries, agent)

    const wrong = forgeries.flatMap(({ family, status, headers, body }, index) =>
      isRefused(replies[index], status)
        ? []
        : [{ family, expected: status, reply: replies[index], headers, body: body.toString().slice(0, 300) }],
    )
    expect(wrong.slice(0, 3), seed).toEqual([])
    expect(await inbox.list({ limit: 10, before: null }), seed).toEqual([])
    expect(http.queued, seed).toEqual([])

    // Whoever knocks cannot tell from the answer how near he was.
    const told = new Set(replies.filter(({ status }) => status === 400).map(({ body }) => body))
    expect([...told], seed).toEqual(['{"error":{"code":"bad_request","message":"Bad request","details":[]}}'])

    const seconds = Math.ceil((performance.now() - startedAt) / 1000) + 1
    const traced = await inbox.listRefused({ limit: 1_000, before: null })
    expect(traced.length).toBeGreaterThan(0)
    expect(traced.length).toBeLessThanOrEqual(5 * seconds)
    expect(http.logged.filter(({ msg }) => msg === 'webhook.refused').length).toBeLessThanOrEqual(5 * seconds)

    const good = [...new Map(forgeries.map(({ family, of }) => [family, of])).values()]
    const taken = await postAll(
      http.url,
      good.map((delivery) => ({ path: '/webhooks/openai', ...asSent(delivery) })),
      agent,
    )
    expect(new Set(taken.map(({ status }) => status)), seed).toEqual(new Set([200]))
    expect((await inbox.list({ limit: 100, before: null })).map(({ webhookId }) => webhookId).sort(), seed).toEqual(
      good.map(({ id }) => id).sort(),
    )
  },
)
