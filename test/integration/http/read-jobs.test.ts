import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestHttp } from '../../support/http-context.ts'
import { startTestHttp } from '../../support/http-context.ts'
import { SMALLEST } from '../../support/http-client.ts'
import { messageOf, seedArtifact, seedFinished, seedRunning } from '../../support/http-seed.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

describe('a job', () => {
  test('that finished shows its answer, its files, its usage and its turns', async () => {
    const { id } = await http.api.submit()
    const annotations = [{ type: 'url_citation', url: 'https://example.com/', title: 'Example', start_index: 0, end_index: 5 }]
    const output = [{ type: 'message', content: [{ type: 'output_text', text: 'Hello there.', annotations }] }]
    const response = { output, usage: { input_tokens: 3, output_tokens: 4 }, model: 'gpt-5.5-2026-01-01' }
    const { artifacts } = await seedFinished(http.context, id, { response, artifacts: [seedArtifact(http.context, Buffer.from('png'))] })
    const { status, body } = await http.api.call(`/v1/jobs/${id}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'completed',
      response_id: `resp_${id}`,
      queue_position: null,
      output_text: 'Hello there.',
      output_json: null,
      citations: [{ type: 'url_citation', url: 'https://example.com/', title: 'Example', start_index: 0, end_index: 5, artifact_id: null }],
      usage: { input_tokens: 3, output_tokens: 4 },
      cost_usd: 0.000135,
      turns: [{ number: 1, state: 'done', model: 'gpt-5.5-2026-01-01', upstream_status: 'completed' }],
      urls: { self: `${http.url}/v1/jobs/${id}`, cancel: `${http.url}/v1/jobs/${id}/cancel` },
    })
    expect(body.artifacts[0]).toMatchObject({ id: artifacts[0]?.id, bytes: 3, url: `${http.url}/v1/artifacts/${artifacts[0]?.id}/content` })
    expect(new Date(body.expires_at).getTime() - new Date(body.finished_at).getTime()).toBe(30 * 86_400_000)
  })

  test('whose request asked for JSON gives it as data, and prose that looks like it does not', async () => {
    const [asked, prose, cut] = [await http.api.submit(), await http.api.submit(), await http.api.submit()]
    const text = { format: { type: 'json_schema', name: 'n' } }
    await seedFinished(http.context, asked.id, { response: { text, output: [messageOf('{"a":[1]}')] } })
    await seedFinished(http.context, prose.id, { response: { text: { format: { type: 'text' } }, output: [messageOf('[1] says so')] } })
    await seedFinished(http.context, cut.id, { response: { text, output: [messageOf('{"a":[')] } })
    const shown = await Promise.all([asked, prose, cut].map(async ({ id }) => (await http.api.call(`/v1/jobs/${id}`)).body.output_json))
    expect(shown).toEqual([{ a: [1] }, null, null])
  })

  test('that failed says why, in our words and in OpenAI’s', async () => {
    const { id } = await http.api.submit()
    await seedFinished(http.context, id, { response: { status: 'failed', output: [], error: { code: 'server_error', message: 'Oops' } } })
    const { body } = await http.api.call(`/v1/jobs/${id}`)
    expect(body.error).toMatchObject({ code: 'upstream_error', message: 'Oops', retryable: true, upstream: { code: 'server_error' } })
  })

  test('that waits knows its place', async () => {
    const api = await http.tenant()
    const before = (await api.submit()).queue_position
    expect((await api.submit()).queue_position).toBe(before + 1)
  })

  test('of another tenant is as unknown as one that never was', async () => {
    const other = await http.tenant()
    const { id } = await http.api.submit()
    const never = id.replace(/.$/, (last: string) => (last === '0' ? '1' : '0'))
    const paths = ['', '/events', '/response', '/cancel']
    for (const path of paths) {
      const method = path === '/cancel' ? 'POST' : 'GET'
      const [theirs, nobodys, malformed] = await Promise.all(
        [id, never, 'job_%00'].map((one) => other.call(`/v1/jobs/${one}${path}`, { method })),
      )
      expect([theirs?.status, nobodys?.status, malformed?.status]).toEqual([404, 404, 404])
      expect(theirs?.body).toEqual(nobodys?.body)
      expect(malformed?.body).toEqual(nobodys?.body)
    }
    for (const one of [id, never, 'job_%00']) expect((await other.call(`/v1/jobs/${one}`, { method: 'DELETE' })).status).toBe(404)
    expect((await other.call(`/v1/deliveries?job=${id}`)).status).toBe(404)
    expect((await http.api.call(`/v1/jobs/${id}`)).status).toBe(200)
  })
})

describe('the list', () => {
  test('runs from newest to oldest in pages, without results, and sees only its own', async () => {
    const api = await http.tenant()
    const ids: string[] = []
    for (let index = 0; index < 5; index += 1) ids.unshift((await api.submit()).id)
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body } = await api.call(`/v1/jobs?limit=2${cursor && `&cursor=${cursor}`}`)
      expect(body.data[0]).not.toHaveProperty('output_text')
      seen.push(...body.data.map(({ id }: { id: string }) => id))
      cursor = body.next_cursor
    }
    expect(seen).toEqual(ids)
  })

  test('is narrowed by status, model, labels and time, together', async () => {
    const api = await http.tenant()
    const [early, late] = [
      await api.submit({ labels: { team: 'a', env: 'x.1' } }),
      await api.submit({ labels: { team: 'a' }, request: { ...SMALLEST, model: 'other' } }),
    ]
    await seedRunning(http.context, early.id)
    const found = async (query: string): Promise<string[]> =>
      (await api.call(`/v1/jobs?${query}`)).body.data.map(({ id }: { id: string }) => id)
    expect(await found('status=in_progress')).toEqual([early.id])
    expect(await found('status=in_progress,queued')).toEqual([late.id, early.id])
    expect(await found('status=in_progress&status=queued')).toEqual([late.id, early.id])
    expect(await found('model=other')).toEqual([late.id])
    expect(await found('label.team=a')).toEqual([late.id, early.id])
    expect(await found('label.team=a&label.env=x.1')).toEqual([early.id])
    expect(await found('label.team=b')).toEqual([])
    expect(await found(`created_after=${late.created_at}`)).toEqual([late.id])
    expect(await found(`created_before=${late.created_at}`)).toEqual([early.id])
    expect(await found('status=queued&model=gpt-5.5')).toEqual([])
  })

  test.each([
    ['query=x', 'query'],
    ['status=done', 'status.0'],
    ['status=', 'status.0'],
    ['limit=101', 'limit'],
    ['limit=0', 'limit'],
    ['limit=x', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['cursor=nonsense', 'cursor'],
    [`cursor=${Buffer.from('999999999999999.job_1').toString('base64url')}`, 'cursor'],
    ['created_after=yesterday', 'created_after'],
    ['label.Team=x', 'label.Team'],
    ['label.=x', 'label.'],
    ['label=x', 'label'],
    ['label.team=%00', 'label.team'],
    ['model=%00', 'model'],
    ['model=', 'model'],
    ['__proto__=x', '__proto__'],
    ['label.__proto__=x&label.team=a', 'label.__proto__'],
    ['constructor=x', 'constructor'],
  ])('%s is refused by name', async (query, field) => {
    const { status, body } = await http.api.call(`/v1/jobs?${query}`)
    expect([status, body.error.details[0]?.field]).toEqual([400, field])
  })
})

describe('the events', () => {
  test('come oldest first, in pages that go on from a number', async () => {
    const { id } = await http.api.submit()
    await seedFinished(http.context, id)
    const first = (await http.api.call(`/v1/jobs/${id}/events?limit=2`)).body
    expect(first.data.map(({ seq, type }: { seq: number; type: string }) => [seq, type])).toEqual([
      [1, 'job.queued'],
      [2, 'job.in_progress'],
    ])
    expect(first.next_cursor).toBe('2')
    const rest = (await http.api.call(`/v1/jobs/${id}/events?after=${first.next_cursor}`)).body
    expect(rest.data.map(({ type }: { type: string }) => type)).toEqual(['job.completed'])
    expect(rest.next_cursor).toBeNull()
  })

  test.each(['after=-1', 'after=1.5', 'after=99999999999', 'limit=101'])('%s is refused', async (query) => {
    const { id } = await http.api.submit()
    expect((await http.api.call(`/v1/jobs/${id}/events?${query}`)).status).toBe(400)
  })
})

describe('cancelling', () => {
  test('ends a queued job at once, and asks OpenAI nothing', async () => {
    const { id } = await http.api.submit()
    const { status, body } = await http.api.post(`/v1/jobs/${id}/cancel`)
    expect([status, body.status]).toEqual([200, 'cancelled'])
  })

  test('leaves what runs at OpenAI to a worker', async () => {
    const { id } = await http.api.submit()
    await seedRunning(http.context, id)
    const { status, body } = await http.api.post(`/v1/jobs/${id}/cancel`)
    expect([status, body.status]).toEqual([200, 'in_progress'])
    expect(body.cancel_requested_at).not.toBeNull()
    expect(http.queued).toContainEqual({ name: 'cancel-job', payload: { jobId: id }, dedupe: id })
  })

  test('changes nothing of a job that is final', async () => {
    const { id } = await http.api.submit()
    await seedFinished(http.context, id)
    const { status, body } = await http.api.post(`/v1/jobs/${id}/cancel`, {})
    expect([status, body.status, body.cancel_requested_at]).toEqual([200, 'completed', null])
  })
})

describe('deleting', () => {
  test('is refused while the job is not final, and says what to do', async () => {
    const { id } = await http.api.submit()
    const { status, body } = await http.api.call(`/v1/jobs/${id}`, { method: 'DELETE' })
    expect(status).toBe(409)
    expect(body.error.message).toContain(`POST /v1/jobs/${id}/cancel`)
  })

  test('hides the job and its artifacts at once, and has the rest purged', async () => {
    const { id } = await http.api.submit()
    const { artifacts } = await seedFinished(http.context, id, { artifacts: [seedArtifact(http.context, Buffer.from('x'))] })
    const { status } = await http.api.call(`/v1/jobs/${id}?upstream=true`, { method: 'DELETE' })
    expect(status).toBe(204)
    expect((await http.api.call(`/v1/jobs/${id}`)).status).toBe(404)
    expect((await http.api.call(`/v1/artifacts/${artifacts[0]?.id}/content`)).status).toBe(404)
    expect(await http.context.store.jobs.getDeleted(id)).toMatchObject({ upstream: true })
    expect(http.queued).toContainEqual({ name: 'purge-job', payload: { jobId: id }, dedupe: id })
    expect((await http.api.call(`/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(404)
  })

  test('takes no other word than true or false for upstream', async () => {
    expect((await http.api.call('/v1/jobs/job_x?upstream=yes', { method: 'DELETE' })).status).toBe(400)
  })
})
