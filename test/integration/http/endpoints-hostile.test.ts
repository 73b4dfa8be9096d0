import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EVENT_WILDCARDS } from '../../../src/domain/event-patterns.ts'
import { startTestHttp } from '../../support/http-context.ts'
import type { TestHttp } from '../../support/http-context.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

const GOOD = { url: 'https://example.com/hook' }

describe('an endpoint is refused, its field named, with', () => {
  test.each<[string, object, string]>([
    ['no address', { url: undefined }, 'url'],
    ['an address that is none', { url: 'nowhere' }, 'url'],
    ['a user in its address', { url: 'https://user:hush@example.com/' }, 'url'],
    ['a private address', { url: 'https://192.168.0.1/' }, 'url'],
    ['a loopback address in disguise', { url: 'https://0xa9.0xfe.0xa9.0xfe/' }, 'url'],
    ['the metadata service', { url: 'https://169.254.169.254/latest' }, 'url'],
    ['another scheme', { url: 'file:///etc/passwd' }, 'url'],
    ['a port that is not open', { url: 'https://8.8.8.8:25/' }, 'url'],
    ['NUL in its address', { url: 'https://example.com/\0' }, 'url'],
    ['an address that is too long', { url: `https://example.com/${'x'.repeat(2_048)}` }, 'url'],
    ['an unknown event', { event_types: ['job.done'] }, 'event_types.0'],
    ['an unknown pattern', { event_types: ['job.completed', 'jo*'] }, 'event_types.1'],
    ['no event at all', { event_types: [] }, 'event_types'],
    ['events without end', { event_types: Array.from({ length: 51 }, () => '*') }, 'event_types'],
    ['a label that is no text', { labels: { team: 1 } }, 'labels.team'],
    ['a label with a bad name', { labels: { 'Team!': 'x' } }, 'labels.Team!'],
    ['too many labels', { labels: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`l${n}`, 'x'])) }, 'labels'],
    ['a label that is too long', { labels: { team: 'x'.repeat(257) } }, 'labels.team'],
    ['a rate of none', { rate_per_second: 0 }, 'rate_per_second'],
    ['a rate of too much', { rate_per_second: 1_001 }, 'rate_per_second'],
    ['a rate in parts', { rate_per_second: 0.5 }, 'rate_per_second'],
    ['an unknown scheme', { signature: 'v2' }, 'signature'],
    ['a secret that can be guessed', { secret: `whsec_${Buffer.alloc(32).toString('base64')}` }, 'secret'],
    ['a secret for v1a', { signature: 'v1a', secret: `whsec_${Buffer.from('0123456789abcdefghijklmn').toString('base64')}` }, 'secret'],
    ['a header of ours', { headers: { 'Webhook-Id': 'x' } }, 'headers.webhook-id'],
    ['a header of the connection', { headers: { 'Transfer-Encoding': 'chunked' } }, 'headers.transfer-encoding'],
    ['a header that begins another', { headers: { 'x-a': 'x\r\nx-b: y' } }, 'headers.x-a'],
    ['a name that begins another', { headers: { 'x-a: y\r\nx-b': 'x' } }, 'headers.x-a: y\r\nx-b'],
    ['a header twice', { headers: { 'x-a': '1', 'X-A': '2' } }, 'headers.x-a'],
    ['too many headers', { headers: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`x-${n}`, 'x'])) }, 'headers'],
    ['a header that is no text', { headers: { 'x-a': 1 } }, 'headers.x-a'],
    ['an unknown field', { evil: true }, 'evil'],
    ['a description that is too long', { description: 'x'.repeat(501) }, 'description'],
  ])('%s', async (_what, fields, field) => {
    const { status, body } = await http.api.post('/v1/endpoints', { ...GOOD, ...fields })
    expect([status, body.error.code]).toEqual([400, 'invalid_request'])
    expect(body.error.details.map((detail: { field: string }) => detail.field)).toContain(field)
    expect(JSON.stringify(body)).not.toMatch(/hush|AAAAAAAA/)
  })

  test('an unknown event, and the known ones are named', async () => {
    const { body } = await http.api.post('/v1/endpoints', { ...GOOD, event_types: ['job.done'] })
    for (const name of ['job.completed', 'artifact.stored', 'endpoint.disabled', ...EVENT_WILDCARDS])
      expect(body.error.details[0].message).toContain(name)
  })

  test('keys that mean something to JavaScript', async () => {
    for (const field of ['labels', 'headers']) {
      const { status, body } = await http.api.post('/v1/endpoints', `{"url":"https://example.com/","${field}":{"__proto__":"x"}}`)
      expect([status, body.error.code]).toEqual([400, 'malformed_json'])
    }
  })

  test('a reply that does not grow with what was sent', async () => {
    const headers = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`x ${n}${'k'.repeat(100)}`, 'v\n']))
    const labels = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`X ${n}`, 1]))
    const { status, body } = await http.api.post('/v1/endpoints', { ...GOOD, headers, labels })
    expect(status).toBe(400)
    expect(JSON.stringify(body).length).toBeLessThan(20_000)
  })
})

test('labels and headers may be named as anything is in JavaScript, and mean nothing by it', async () => {
  const odd = { constructor: 'x', tostring: 'y', valueof: 'z' }
  const { status, body } = await http.api.post('/v1/endpoints', { ...GOOD, labels: odd, headers: odd, event_types: ['*'] })
  expect([status, body.labels, body.header_names]).toEqual([201, odd, Object.keys(odd)])
  const { id } = await http.api.submit({ labels: { other: 'x' } })
  expect(await http.context.store.deliveries.listForJob(id)).toEqual([])
})

describe('to others', () => {
  test('an endpoint is as unknown as one that never was', async () => {
    const { id, url } = (await http.api.post('/v1/endpoints', GOOD)).body
    const stranger = await http.tenant()
    for (const one of [id, 'ep_00000000000000000000000000', 'ep_1', 'job_1', '%00', '__proto__']) {
      const replies = [
        await stranger.call(`/v1/endpoints/${one}`),
        await stranger.call(`/v1/endpoints/${one}`, { method: 'PATCH', body: { disabled: true } }),
        await stranger.call(`/v1/endpoints/${one}`, { method: 'DELETE' }),
        await stranger.post(`/v1/endpoints/${one}/rotate-secret`),
        await stranger.post(`/v1/endpoints/${one}/test`),
      ]
      expect(replies.map(({ status, body }) => [status, body.error.code])).toEqual(Array.from({ length: 5 }, () => [404, 'not_found']))
    }
    expect((await stranger.call('/v1/endpoints')).body.data).toEqual([])
    expect((await http.api.call(`/v1/endpoints/${id}`)).body).toMatchObject({ url, disabled: false })
  })

  test('no line of the log tells a secret, a header or an address', async () => {
    const { id, secret } = (await http.api.post('/v1/endpoints', { ...GOOD, headers: { authorization: 'hush-header' } })).body
    const rotated = (await http.api.post(`/v1/endpoints/${id}/rotate-secret`)).body.secret
    const all = JSON.stringify(http.logged)
    for (const hidden of [secret, rotated, 'hush-header', 'example.com/hook']) expect(all).not.toContain(hidden)
  })
})

describe('a body that may be left out', () => {
  test('is taken when there is none, and read when there is one', async () => {
    const { id } = (await http.api.post('/v1/endpoints', GOOD)).body
    const path = `/v1/endpoints/${id}/rotate-secret`
    expect((await http.api.post(path)).status).toBe(200)
    expect((await http.api.post(path, {})).status).toBe(200)
    expect((await http.api.post(path, 'nonsense')).body.error.code).toBe('malformed_json')
    expect((await http.api.post(path, '{}', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await http.api.call('/v1/endpoints', { method: 'POST' })).status).toBe(415)
  })
})
