import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestHttp } from '../../support/http-context.ts'
import type { TestHttp } from '../../support/http-context.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

describe('the callback secret', () => {
  test('stays until it is rotated, and each tenant has its own', async () => {
    const [api, other] = [await http.tenant(), await http.tenant()]
    const first = (await api.call('/v1/callback-secret')).body.secret
    expect(first).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect((await api.call('/v1/callback-secret')).body.secret).toBe(first)
    const rotated = (await api.post('/v1/callback-secret/rotate')).body.secret
    expect(rotated).not.toBe(first)
    expect((await api.call('/v1/callback-secret')).body.secret).toBe(rotated)
    expect([first, rotated]).not.toContain((await other.call('/v1/callback-secret')).body.secret)
  })

  test('is kept by no cache', async () => {
    expect((await http.api.call('/v1/callback-secret')).headers.get('cache-control')).toBe('no-store')
  })
})

describe('the inbox', () => {
  test('is read in pages, and narrowed by what became of each', async () => {
    const { store, ids } = http.context
    const base = Date.now()
    const entries = Array.from({ length: 5 }, (_, index) => ({
      id: ids.next('inb'),
      webhookId: `wh_page_${index}`,
      account: 'default',
      body: '{}',
      eventType: 'response.completed',
      responseId: 'resp_1',
      sentAt: new Date(base),
      receivedAt: new Date(base + index),
      attempts: 0,
      dueAt: new Date(base),
      handledAt: null,
      outcome: null,
    }))
    await store.inbox.insert(entries)
    await store.inbox.finish(entries[2]!.id, { outcome: 'foreign', at: new Date() })
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body } = await http.api.call(`/v1/inbox?limit=2${cursor && `&cursor=${cursor}`}`)
      seen.push(...body.data.map(({ webhook_id }: { webhook_id: string }) => webhook_id))
      cursor = body.next_cursor
    }
    expect(seen).toEqual(['wh_page_4', 'wh_page_3', 'wh_page_2', 'wh_page_1', 'wh_page_0'])
    const foreign = (await http.api.call('/v1/inbox?outcome=foreign')).body.data
    expect(foreign).toMatchObject([{ webhook_id: 'wh_page_2', outcome: 'foreign' }])
  })

  test.each(['outcome=lost', 'refused=1', 'refused=true&outcome=foreign'])('%s is refused', async (query) => {
    expect((await http.api.call(`/v1/inbox?${query}`)).status).toBe(400)
  })
})
