import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Artifact } from '../../../src/domain/model.ts'
import { httpClient } from '../../support/http-client.ts'
import type { HttpClient } from '../../support/http-client.ts'
import { startTestHttp } from '../../support/http-context.ts'
import type { TestHttp } from '../../support/http-context.ts'
import { seedArtifact, seedFinished } from '../../support/http-seed.ts'

const NOW = new Date('2026-11-21T12:00:00.400Z')
let http: TestHttp
let nobody: HttpClient
let now = NOW
beforeAll(async () => {
  http = await startTestHttp(({ app }) => ({ app: Object.assign(app, { clock: { ...app.clock, now: () => now } }) }))
  nobody = httpClient({ url: http.url, key: '' })
})
afterAll(() => http[Symbol.asyncDispose]())

async function seed(fields: Partial<Artifact> = {}): Promise<Artifact> {
  const { id } = await http.api.submit()
  const { artifacts } = await seedFinished(http.context, id, { artifacts: [seedArtifact(http.context, Buffer.from('0123456789'), fields)] })
  return artifacts[0]!
}

async function link({ id }: Artifact, query = ''): Promise<{ path: string; expiresAt: string }> {
  const { status, body } = await http.api.call(`/v1/artifacts/${id}/link${query}`)
  expect([status, body.object, body.url.startsWith(`${http.url}/v1/shared/${id}?`)]).toEqual([200, 'artifact_link', true])
  return { path: body.url.slice(http.url.length), expiresAt: body.expires_at }
}

test('a link opens the bytes without a key, harmless as ever, and may be shown in other pages', async () => {
  const { path } = await link(await seed({ contentType: 'text/html', filename: 'a.html' }))
  const { status, headers, body } = await nobody.call(path)
  expect([status, body]).toEqual([200, '0123456789'])
  expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
  expect(headers.get('content-disposition')).toContain('attachment; filename="a.html"')
  expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin')
  expect(await nobody.call(path, { headers: { range: 'bytes=2-3' } })).toMatchObject({ status: 206, body: '23' })
  expect((await nobody.call(path, { method: 'HEAD' })).headers.get('content-length')).toBe('10')
  expect((await nobody.call(`${path}&utm_source=mail`)).status).toBe(200)
})

test.each([
  ['', '2026-11-21T13:00:00.000Z'],
  ['?expires_in=60', '2026-11-21T12:01:00.000Z'],
  ['?expires_in=604800', '2026-11-28T12:00:00.000Z'],
])('with %j it ends at %s', async (query, end) => {
  const { path, expiresAt } = await link(await seed(), query)
  expect(expiresAt).toBe(end)
  now = new Date(Date.parse(end) - 1)
  expect((await nobody.call(path)).status).toBe(200)
  now = new Date(end)
  const { status, body } = await nobody.call(path)
  now = NOW
  expect([status, body.error.code]).toEqual([403, 'link_refused'])
})

test.each(['0', '604801', '1.5', 'x', '-1'])('expires_in=%s is refused by name', async (seconds) => {
  const { status, body } = await http.api.call(`/v1/artifacts/${(await seed()).id}/link?expires_in=${seconds}`)
  expect([status, body.error.details[0].field]).toEqual([400, 'expires_in'])
})

test('an altered link, an expired one and one to nothing are refused in the same words', async () => {
  const [one, other] = [await seed(), await seed()]
  const { path } = await link(one)
  const [expires, signature] = [/expires=(\d+)/.exec(path)?.[1] ?? '', /signature=(.*)/.exec(path)?.[1] ?? '']
  const to = (id: string, end: string, sign: string): string => `/v1/shared/${id}?expires=${end}&signature=${sign}`
  const altered = [
    to(other.id, expires, signature),
    to(one.id, String(Number(expires) + 1), signature),
    to(one.id, `0${expires}`, signature),
    to(one.id, `${expires}.0`, signature),
    to(one.id, expires, `${signature}=`),
    to(one.id, expires, ''),
    to('art_nothing', expires, signature),
    to(one.id, '1000000000', signature),
    `/v1/shared/${one.id}`,
    to(one.id, expires, 'x'.repeat(5_000)),
  ]
  const replies = await Promise.all(altered.map((bad) => nobody.call(bad)))
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([403]))
  expect(new Set(replies.map(({ body }) => body.error.message)).size).toBe(1)
  expect(replies[0]?.body.error.message).toContain('Ask for a new one')
})

test('a link is for its own tenant to ask for, and for bytes that are there', async () => {
  const [mine, lost] = [await seed(), await seed({ status: 'expired', objectKey: null, bytes: null, sha256: null, error: 'gone' })]
  const stranger = await http.tenant()
  expect((await stranger.call(`/v1/artifacts/${mine.id}/link`)).status).toBe(404)
  expect((await nobody.call(`/v1/artifacts/${mine.id}/link`)).status).toBe(401)
  expect((await http.api.call(`/v1/artifacts/${lost.id}/link`)).body.error.code).toBe('artifact_not_stored')
})

test('a link ends with its job', async () => {
  const artifact = await seed()
  const { path } = await link(artifact)
  await http.api.call(`/v1/jobs/${artifact.jobId}`, { method: 'DELETE' })
  expect((await nobody.call(path)).body.error.code).toBe('not_found')
})

test('nothing of a link is logged but its path', async () => {
  const { path } = await link(await seed())
  await nobody.call(path)
  expect(JSON.stringify(http.logged)).not.toContain('signature')
})
