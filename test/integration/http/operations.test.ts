import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ReadyReport } from '../../../src/http/index.ts'
import { httpClient } from '../../support/http-client.ts'
import type { HttpClient } from '../../support/http-client.ts'
import { upstreamError } from '../../support/scripted-openai.ts'
import { startTestHttp } from '../../support/http-context.ts'
import type { TestHttp } from '../../support/http-context.ts'

const FINE: ReadyReport = { ready: true, parts: { database: 'ok', queue: 'ok', storage: 'ok' }, faults: {}, holds: [] }

let http: TestHttp
let visitor: HttpClient
let report = FINE
beforeAll(async () => {
  http = await startTestHttp(() => ({ ready: async () => report }))
  visitor = httpClient({ url: http.url, key: '' })
})
afterAll(() => http[Symbol.asyncDispose]())

describe('readiness', () => {
  test('is told part by part', async () => {
    report = FINE
    expect(await visitor.call('/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready', database: 'ok', queue: 'ok', storage: 'ok' },
    })
  })

  test('does not hang on the queue', async () => {
    report = { ...FINE, parts: { ...FINE.parts, queue: 'away' }, faults: { queue: 'refused' } }
    expect(await visitor.call('/readyz')).toMatchObject({ status: 200, body: { status: 'ready', queue: 'away' } })
  })

  test('is lost with the database, and what is wrong is told when asked', async () => {
    report = { ...FINE, ready: false, parts: { ...FINE.parts, database: 'away' }, faults: { database: 'connection refused' } }
    const brief = await visitor.call('/readyz')
    expect([brief.status, brief.headers.get('retry-after'), brief.body.faults]).toEqual([503, '2', undefined])
    expect((await visitor.call('/readyz?verbose')).body.faults).toEqual({ database: 'connection refused' })
  })

  test('says of a store without room that it is full', async () => {
    report = { ...FINE, ready: false, parts: { ...FINE.parts, storage: 'full' }, faults: { storage: 'the disk is full' } }
    expect(await visitor.call('/readyz')).toMatchObject({ status: 503, body: { status: 'unready', storage: 'full' } })
  })

  test('is not lost with OpenAI: what is held back is told when asked, without what OpenAI said', async () => {
    const at = new Date('2026-11-21T12:00:00.000Z')
    const told = { strikes: 3, heldUntil: at, openedAt: at, updatedAt: at, lastError: upstreamError({ message: 'sk-secret of org-1' }) }
    const whole = { ...told, account: 'default', model: '', reason: 'quota_exhausted' as const }
    report = { ...FINE, holds: [whole, { ...whole, model: 'gpt-x', reason: 'rate_limited', openedAt: null }] }
    const { status, body } = await visitor.call('/readyz?verbose')
    const common = { account: 'default', held_until: at.toISOString(), strikes: 3 }
    expect([status, body.status, body.holds]).toEqual([
      200,
      'ready',
      [
        { ...common, model: null, reason: 'quota_exhausted', since: at.toISOString() },
        { ...common, model: 'gpt-x', reason: 'rate_limited', since: null },
      ],
    ])
    expect((await visitor.call('/readyz')).body).not.toHaveProperty('holds')
  })

  test('is not what health is about', async () => {
    expect(await visitor.call('/healthz?probe=1')).toMatchObject({ status: 200, body: { status: 'ok' } })
  })
})

test('a worker’s door answers for its health alone', async () => {
  await using worker = await startTestHttp(() => ({ only: 'health' }))
  const statuses = await Promise.all(
    ['/healthz', '/readyz', '/v1/jobs', '/docs', '/openapi.json'].map(async (path) => (await fetch(worker.url + path)).status),
  )
  expect(statuses).toEqual([200, 200, 404, 404, 404])
  expect((await fetch(`${worker.url}/webhooks/openai`, { method: 'POST', body: '{}' })).status).toBe(404)
})

describe('every reply', () => {
  test('carries headers that keep a browser from making anything of it', async () => {
    for (const path of ['/healthz', '/v1/jobs', '/nope']) {
      const { headers } = await http.api.call(path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-powered-by')).toBeNull()
    }
  })
})

describe('the description', () => {
  test('is found from the root', async () => {
    expect((await visitor.call('/')).headers.get('location')).toBe('/docs')
  })

  test('is served as OpenAPI with this service’s own address', async () => {
    const { body } = await visitor.call('/openapi.json')
    expect([body.openapi, body.servers]).toEqual(['3.1.0', [{ url: http.url }]])
  })

  test('is served as a page that runs no script and loads nothing', async () => {
    const { headers, body } = await visitor.call('/docs')
    const style = /<style>([^]*)<\/style>/.exec(String(body))?.[1] ?? ''
    expect(headers.get('content-security-policy')).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; /)
    expect(body).not.toMatch(/<script|<link|<img|src=|@import|url\(/)
    expect(body).toContain(`curl -X POST '${http.url}/v1/jobs'`)
  })
})
