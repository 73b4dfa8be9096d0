import { afterAll, beforeAll, expect, test } from 'vitest'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { Artifact } from '../../../src/domain/model.ts'
import type { TestHttp } from '../../support/http-context.ts'
import { startTestHttp } from '../../support/http-context.ts'
import { seedArtifact, seedFinished } from '../../support/http-seed.ts'
import { eventually } from '../../support/eventually.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

const BYTES = Buffer.from('0123456789')

async function seed(bytes: Buffer = BYTES, fields: Partial<Artifact> = {}): Promise<Artifact> {
  const { id } = await http.api.submit()
  const { artifacts } = await seedFinished(http.context, id, { artifacts: [seedArtifact(http.context, bytes, fields)] })
  return artifacts[0]!
}

const content = ({ id }: Artifact, headers: Record<string, string> = {}, method = 'GET') =>
  http.api.call(`/v1/artifacts/${id}/content`, { headers, method })

test('the bytes come with their hash as a tag', async () => {
  const artifact = await seed()
  const { status, headers, body } = await content(artifact)
  expect([status, body]).toEqual([200, '0123456789'])
  expect(headers.get('etag')).toBe(`"${artifact.sha256}"`)
  expect(headers.get('content-length')).toBe('10')
  expect(headers.get('accept-ranges')).toBe('bytes')
})

test('HEAD tells the same and sends nothing', async () => {
  const artifact = await seed()
  const { status, headers, body } = await content(artifact, { range: 'bytes=0-1' }, 'HEAD')
  expect([status, headers.get('content-length'), body]).toEqual([200, '10', ''])
})

test.each([
  ['bytes=0-3', '0123', 'bytes 0-3/10'],
  ['bytes=7-', '789', 'bytes 7-9/10'],
  ['bytes=-2', '89', 'bytes 8-9/10'],
  ['bytes=-99', '0123456789', 'bytes 0-9/10'],
  ['bytes=8-99', '89', 'bytes 8-9/10'],
])('%s is that part', async (range, part, said) => {
  const { status, headers, body } = await content(await seed(), { range })
  expect([status, body, headers.get('content-range')]).toEqual([206, part, said])
})

test.each(['bytes=0-1,4-5', 'bytes=5-2', 'lines=1-2', 'bytes=a-b', 'bytes=-'])('%s is passed over', async (range) => {
  expect(await content(await seed(), { range })).toMatchObject({ status: 200, body: '0123456789' })
})

test.each(['bytes=10-', 'bytes=99-100', 'bytes=-0'])('%s cannot be satisfied', async (range) => {
  const { status, headers } = await content(await seed(), { range })
  expect([status, headers.get('content-range'), headers.get('etag')]).toEqual([416, 'bytes */10', null])
})

test('a tag that still holds saves the bytes, weak or among others', async () => {
  const artifact = await seed()
  for (const tag of [`"${artifact.sha256}"`, `W/"${artifact.sha256}"`, `"x", "${artifact.sha256}"`, '*']) {
    expect((await content(artifact, { 'if-none-match': tag })).status).toBe(304)
  }
  expect((await content(artifact, { 'if-none-match': '"x"' })).status).toBe(200)
})

test('a range counts only while the tag that it is bound to holds', async () => {
  const artifact = await seed()
  const ask = async (tag: string): Promise<number> => (await content(artifact, { range: 'bytes=0-1', 'if-range': tag })).status
  expect([await ask(`"${artifact.sha256}"`), await ask('"old"'), await ask('Sat, 21 Nov 2026 00:00:00 GMT')]).toEqual([206, 200, 200])
})

test('a picture is shown in place, and whatever could run is a download in a sandbox', async () => {
  const kinds = [
    'image/png',
    'image/webp',
    'image/svg+xml',
    'text/html',
    'application/xhtml+xml',
    'text/xml',
    'application/pdf',
    'text/javascript',
  ]
  const replies = await Promise.all(kinds.map(async (contentType) => content(await seed(BYTES, { contentType }))))
  expect(replies.map(({ headers }) => headers.get('content-disposition')?.split(';')[0])).toEqual([
    'inline',
    'inline',
    ...Array.from({ length: 6 }, () => 'attachment'),
  ])
  for (const { headers } of replies) {
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  }
})

test('a content type that is none cannot break the head', async () => {
  const { headers } = await content(await seed(BYTES, { contentType: 'text/html\r\nset-cookie: a=b' }))
  expect(headers.get('content-type')).toBe('application/octet-stream')
  expect(headers.get('set-cookie')).toBeNull()
})

test('a name that a model made stays a name', async () => {
  const { headers } = await content(await seed(BYTES, { filename: '../../ä"b\r\nc\u202e(1).png' }))
  expect(headers.get('content-disposition')).toBe(`inline; filename="__bc(1).png"; filename*=UTF-8''%C3%A4%22bc%281%29.png`)
})

test('what was never stored says how it stands', async () => {
  const artifact = await seed(BYTES, { status: 'expired', objectKey: null, bytes: null, sha256: null, error: 'container gone' })
  const { status, body } = await content(artifact)
  expect([status, body.error.code]).toEqual([404, 'artifact_not_stored'])
  expect(body.error.message).toContain('expired (container gone)')
})

test('bytes that vanished from the store are gone, and bytes of another size are no answer', async () => {
  const [lost, changed] = [await seed(), await seed(BYTES, { bytes: 11 })]
  await http.context.objects.remove([lost.objectKey ?? ''])
  expect((await content(lost)).status).toBe(410)
  expect((await content(changed)).status).toBe(502)
})

test('an object store that is away is told as such', async () => {
  const artifact = await seed()
  const { get: read } = http.context.objects
  http.context.objects.get = () => Promise.reject(new Error('no route to bucket'))
  const { status, headers, body } = await content(artifact)
  http.context.objects.get = read
  expect([status, headers.get('retry-after')]).toEqual([503, '5'])
  expect(JSON.stringify(body)).not.toContain('bucket')
})

test('a body that fails before its first byte is an error, and one that fails later is cut off', async () => {
  const artifact = await seed()
  const { get: read } = http.context.objects
  const failing = (first: Buffer[]) =>
    (async function* () {
      yield* first
      throw new Error('disk on fire')
    })()
  http.context.objects.get = async () => ({ bytes: 10, body: failing([]) })
  const early = await content(artifact)
  http.context.objects.get = async () => ({ bytes: 10, body: failing([Buffer.from('012')]) })
  await expect(content(artifact)).rejects.toThrow('terminated')
  http.context.objects.get = read
  expect([early.status, early.headers.get('content-length') === '10', early.headers.get('etag')]).toEqual([500, false, null])
})

test('a client that goes away stops the reading', async () => {
  const artifact = await seed(Buffer.alloc(32_000_000, 1))
  let stopped = false
  let read = 0
  const original = http.context.objects.get
  http.context.objects.get = async (key, options) => {
    const found = await original(key, options)
    return found && { ...found, body: watched(found.body) }
  }
  async function* watched(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) {
        read += chunk.length
        yield chunk
      }
    } finally {
      stopped = true
    }
  }
  const request = get(`${http.url}/v1/artifacts/${artifact.id}/content`, { headers: { authorization: `Bearer ${http.api.key}` } })
  const [reply] = (await once(request, 'response')) as [IncomingMessage]
  await once(reply, 'readable')
  reply.destroy()
  await eventually(() => stopped || undefined)
  http.context.objects.get = original
  expect(read).toBeLessThan(32_000_000) // it was read no faster than it was taken
})
