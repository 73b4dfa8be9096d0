import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { StorageFullError } from '../../src/domain/errors.ts'
import type { ObjectStore } from '../../src/domain/ports.ts'
import { openObjectStore } from '../../src/storage/index.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

interface Fake extends AsyncDisposable {
  store: ObjectStore
  /** `PUT /bucket/key?query` of every request, in order. */
  seen: string[]
}

async function withAnswers(answer: Answer): Promise<Fake> {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => answer(request, response))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const keys = { accessKeyId: 'id', secretAccessKey: 'the-secret' }
  const store = await openObjectStore({ kind: 's3', bucket: 'bucket', prefix: 'pre', endpoint, ...keys })
  return {
    store,
    seen,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

function fault(response: ServerResponse, { status, code }: { status: number; code: string }): void {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code><Message>It is so</Message></Error>`)
}

async function* zeros(megabytes: number): AsyncGenerator<Uint8Array> {
  for (let left = megabytes; left > 0; left -= 1) yield Buffer.alloc(1024 * 1024)
}

function entry(key: string): string {
  return `<Contents><Key>${key}</Key><Size>3</Size><LastModified>2026-11-01T00:00:00Z</LastModified></Contents>`
}

const contentType = 'application/octet-stream'

describe('an S3 store that misbehaves', () => {
  test('a missing bucket and a refused key are faults, not missing objects', async () => {
    await using missing = await withAnswers((_, response) => fault(response, { status: 404, code: 'NoSuchBucket' }))
    await expect(missing.store.get('key')).rejects.toThrow('It is so')
    await expect(missing.store.check()).rejects.toThrow('Cannot write to the bucket bucket: NoSuchBucket: It is so')
    await using refused = await withAnswers((_, response) => fault(response, { status: 403, code: 'AccessDenied' }))
    await expect(refused.store.get('key')).rejects.toThrow('It is so')
    await expect(refused.store.check()).rejects.toThrow('Cannot write to the bucket bucket: AccessDenied')
  })

  test.each([
    [507, 'XMinioStorageFull'],
    [403, 'QuotaExceeded'],
    [507, 'SomethingElse'],
  ])('a store without room (%i %s) is told as such', async (status, code) => {
    await using fake = await withAnswers((_, response) => fault(response, { status, code }))
    await expect(fake.store.put('job/art.png', zeros(1), { contentType })).rejects.toThrow(StorageFullError)
    await expect(fake.store.check()).rejects.toThrow(`Cannot write to the bucket bucket: it has no room (${code})`)
  })

  test('tidying ends the uploads of ours that are older than a day, page by page', async () => {
    const upload = (key: string, hours: number): string => {
      const initiated = new Date(Date.now() - hours * 3_600_000).toISOString()
      return `<Upload><Key>pre/${key}</Key><UploadId>${key}-id</UploadId><Initiated>${initiated}</Initiated></Upload>`
    }
    await using fake = await withAnswers((request, response) => {
      if (request.method === 'DELETE') return void response.writeHead(204).end()
      const second = request.url?.includes('key-marker=next') === true
      const more = second ? '' : '<IsTruncated>true</IsTruncated><NextKeyMarker>next</NextKeyMarker>'
      const uploads = second ? upload('ten_b', 48) : upload('ten_a', 25) + upload('ten_young', 23)
      response
        .setHeader('content-type', 'application/xml')
        .end(`<ListMultipartUploadsResult>${more}${uploads}</ListMultipartUploadsResult>`)
    })
    await fake.store.tidy()
    const ended = fake.seen.filter((line) => line.startsWith('DELETE')).map((line) => /uploadId=([^&]+)/.exec(line)?.[1])
    expect(ended).toEqual(['ten_a-id', 'ten_b-id'])
    expect(fake.seen[0]).toContain('prefix=pre%2Ften_')
  })

  test('a key without the right to list uploads leaves them to the bucket’s rule; a store that is away is a fault', async () => {
    await using refused = await withAnswers((_, response) => fault(response, { status: 403, code: 'AccessDenied' }))
    await refused.store.tidy()
    await using away = await withAnswers((_, response) => fault(response, { status: 503, code: 'SlowDown' }))
    await expect(away.store.tidy()).rejects.toThrow('It is so')
  })

  test('a lasting fault is asked for three times and no more', async () => {
    await using fake = await withAnswers((_, response) => fault(response, { status: 503, code: 'SlowDown' }))
    await expect(fake.store.get('key')).rejects.toThrow('It is so')
    expect(fake.seen).toHaveLength(3)
  })

  test('a small body goes up in one request without a checksum of the SDK', async () => {
    const headers: string[] = []
    await using fake = await withAnswers((request, response) => {
      headers.push(...Object.keys(request.headers))
      response.setHeader('etag', '"e"').end()
    })
    await fake.store.put('job/art.png', zeros(1), { contentType })
    expect(fake.seen).toEqual(['PUT /bucket/pre/job/art.png?x-id=PutObject'])
    expect(headers.filter((name) => /checksum|trailer/.test(name))).toEqual([])
  })

  test('when a part is refused the upload is thrown away before the put fails', async () => {
    await using fake = await withAnswers((request, response) => {
      if (request.method === 'POST') response.end('<InitiateMultipartUploadResult><UploadId>up1</UploadId></InitiateMultipartUploadResult>')
      else if (request.method === 'DELETE') response.writeHead(204).end()
      else fault(response, { status: 403, code: 'AccessDenied' })
    })
    await expect(fake.store.put('key', zeros(20), { contentType })).rejects.toThrow('It is so')
    expect(fake.seen.at(-1)).toMatch(/^DELETE \/bucket\/pre\/key\?uploadId=up1/)
  })

  test('a body cut on its way is an error and not a short object', async () => {
    await using fake = await withAnswers((_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('half')
      setImmediate(() => response.destroy())
    })
    const found = await fake.store.get('key')
    expect(found?.bytes).toBe(1000)
    await expect(Array.fromAsync(found?.body ?? [])).rejects.toThrow('aborted')
  })

  test('a list follows its pages and passes over names that are not ours', async () => {
    await using fake = await withAnswers((request, response) => {
      const second = request.url?.includes('continuation-token=more') === true
      const page = second ? entry('pre/job/b') : `${entry('pre/job/a')}${entry('pre/.check-1')}${entry('pre/folder/')}`
      const next = second
        ? '<IsTruncated>false</IsTruncated>'
        : '<IsTruncated>true</IsTruncated><NextContinuationToken>more</NextContinuationToken>'
      response.setHeader('content-type', 'application/xml').end(`<ListBucketResult>${next}${page}</ListBucketResult>`)
    })
    const modifiedAt = new Date('2026-11-01T00:00:00Z')
    expect(await Array.fromAsync(fake.store.list(''))).toEqual([
      { key: 'job/a', bytes: 3, modifiedAt },
      { key: 'job/b', bytes: 3, modifiedAt },
    ])
    expect(fake.seen).toHaveLength(2)
  })
})
