import fc from 'fast-check'
import { expect, test } from 'vitest'
import { callbackPayload } from '../../../src/domain/callback-payload.ts'
import { jobError } from '../../../src/domain/classify-refusal.ts'
import type { Artifact, Job, JobEvent } from '../../../src/domain/model.ts'
import { artifactRow, jobRow, T0 } from '../../support/database-rows.ts'

const event: JobEvent = { id: 'evt_1', jobId: 'job_1', seq: 7, type: 'job.completed', data: {}, createdAt: T0 }
const tell = (job: Job, artifacts: Artifact[] = []): string => callbackPayload({ job, event, artifacts, publicUrl: 'https://lh.test' })
const read = (text: string) => JSON.parse(text) as { type: string; timestamp: string; data: Record<string, unknown> }
const pictures = (count: number): Artifact[] => Array.from({ length: count }, (_, i) => artifactRow({ id: `art_${i}` }))

test('it says what happened, and where to look', () => {
  const job = jobRow({ status: 'completed', responseId: 'resp_1', labels: { team: 'growth' }, metadata: { ref: '1' } })
  expect(read(tell(job, [artifactRow()]))).toEqual({
    type: 'job.completed',
    timestamp: T0.toISOString(),
    data: {
      id: 'job_1',
      object: 'job',
      status: 'completed',
      seq: 7,
      response_id: 'resp_1',
      labels: { team: 'growth' },
      metadata: { ref: '1' },
      error: null,
      artifacts: [{ id: 'art_1', kind: 'image', content_type: 'image/png' }],
      urls: {
        self: 'https://lh.test/v1/jobs/job_1',
        events: 'https://lh.test/v1/jobs/job_1/events',
        response: 'https://lh.test/v1/jobs/job_1/response',
        report: 'https://lh.test/v1/jobs/job_1/report',
        cancel: 'https://lh.test/v1/jobs/job_1/cancel',
      },
    },
  })
})

test('an error is told without what OpenAI said word for word', () => {
  const upstream = { status: 400, code: 'c', type: 't', param: 'p', message: 'upstream words', requestId: 'req_1' }
  const { data } = read(tell(jobRow({ status: 'failed', error: jobError('invalid_request', { message: 'bad', upstream }) })))
  expect(data.error).toEqual({ code: 'invalid_request', message: 'bad', retryable: false })
})

test('fifty artifacts are told in full; of more it says that some are left out', () => {
  expect(read(tell(jobRow(), pictures(50))).data).not.toHaveProperty('truncated')
  const { data } = read(tell(jobRow(), pictures(51)))
  expect(data).toMatchObject({ truncated: true })
  expect(data.artifacts).toHaveLength(50)
})

test('long values go first, short ones stay', () => {
  const labels = { short: 'x', ...Object.fromEntries(Array.from({ length: 19 }, (_, i) => [`l${i}`, '€'.repeat(256)])) }
  const metadata = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`m${i}`, '€'.repeat(512)]))
  const { data } = read(tell(jobRow({ labels, metadata }), pictures(10)))
  expect(data).toMatchObject({ truncated: true, labels: { short: 'x' }, metadata: {} })
  expect(data.artifacts).toHaveLength(10)
})

test('it is under 20 kB for any job', () => {
  const text = (maxLength: number) => fc.string({ maxLength, unit: fc.constantFrom('a', '"', '\u0000', '€', '\ud83d\ude00', '\ud800') })
  const values = (maxKeys: number, maxLength: number) => fc.dictionary(text(64), text(maxLength), { maxKeys })
  fc.assert(
    fc.property(values(40, 256), values(400, 600), text(5_000), fc.nat(300), (labels, metadata, message, count) => {
      const body = tell(jobRow({ labels, metadata, error: jobError('upstream_error', { message }) }), pictures(count))
      expect(Buffer.byteLength(body)).toBeLessThan(20_000)
      const shown = (read(body).data.artifacts as unknown[]).length
      if (shown < count) expect(read(body).data).toMatchObject({ truncated: true })
    }),
    { numRuns: 60 },
  )
})

test('keys without values cannot make it long', () => {
  const metadata = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`${'k'.repeat(60)}${i}`, '']))
  expect(Buffer.byteLength(tell(jobRow({ metadata })))).toBeLessThan(20_000)
})

test('a job that requires an action says where it is answered', () => {
  const { data } = read(tell(jobRow({ status: 'requires_action' })))
  expect(data.urls).toMatchObject({ actions: 'https://lh.test/v1/jobs/job_1/actions' })
})
