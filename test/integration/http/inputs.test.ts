import { afterAll, beforeAll, expect, test } from 'vitest'
import { StorageFullError } from '../../../src/domain/errors.ts'
import type { TestHttp } from '../../support/http-context.ts'
import { startTestHttp } from '../../support/http-context.ts'
import { pngBytes } from '../../support/scripted-openai.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

const PICTURE = Buffer.concat([pngBytes(64, 48), Buffer.alloc(4_000, 'noise')])
const image_url = `data:image/png;base64,${PICTURE.toString('base64')}`
const request = {
  model: 'm',
  input: [
    {
      role: 'user',
      content: [
        { type: 'input_image', image_url },
        { type: 'input_file', file_id: 'file-1' },
      ],
    },
  ],
}

test('what was sent in is listed with the job at once, and its bytes can be had again', async () => {
  const job = await http.api.submit({ request })
  expect(job.artifacts).toHaveLength(2)
  const picture = job.artifacts.find(({ url }: { url: string | null }) => url !== null)
  expect(picture).toMatchObject({ kind: 'input', status: 'stored', content_type: 'image/png', width: 64, height: 48 })
  const content = await fetch(picture.url, { headers: { authorization: `Bearer ${http.api.key}` } })
  expect(Buffer.from(await content.arrayBuffer())).toEqual(PICTURE)
  const listed = (await http.api.call(`/v1/artifacts?kind=input&job=${job.id}`)).body.data
  expect(listed).toHaveLength(2)

  const file = job.artifacts.find(({ url }: { url: string | null }) => url === null)
  expect(file).toMatchObject({ kind: 'input', status: 'stored', bytes: null, source: { file_id: 'file-1', item_type: 'input_file' } })
  expect((await http.api.call(`/v1/artifacts/${file.id}/content`)).body.error.code).toBe('artifact_not_stored')
  const stranger = await http.tenant()
  expect((await stranger.call(`/v1/artifacts/${picture.id}`)).status).toBe(404)
})

test('while the object store has no room a request with inputs is refused with 507, and one without is taken', async () => {
  const { context } = http
  const { objects } = context
  context.objects = { ...objects, put: () => Promise.reject(new StorageFullError('the disk is full')) }
  const refused = await http.api.post('/v1/jobs', { request })
  const taken = await http.api.post('/v1/jobs', { request: { model: 'gpt-x', input: 'Why?' } })
  context.objects = objects
  expect([refused.status, refused.body.error.code, refused.headers.get('retry-after'), taken.status]).toEqual([
    507,
    'storage_full',
    '60',
    202,
  ])
  expect(refused.body.error.message).toContain('nothing was accepted')
})

test('while the object store is away nothing is accepted, and the same key may be sent again', async () => {
  const { context } = http
  const { objects } = context
  context.objects = { ...objects, put: () => Promise.reject(new Error('away')) }
  const refused = await http.api.post('/v1/jobs', { request }, { 'idempotency-key': 'edit-1' })
  context.objects = objects
  expect(refused).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  const accepted = await http.api.post('/v1/jobs', { request }, { 'idempotency-key': 'edit-1' })
  const again = await http.api.post('/v1/jobs', { request }, { 'idempotency-key': 'edit-1' })
  expect([accepted.status, again.status, again.body.id]).toEqual([202, 200, accepted.body.id])
  expect(again.body.artifacts).toEqual(accepted.body.artifacts)
})
