import { createHash } from 'node:crypto'
import { OpenAI } from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startCallbackSink } from '../support/callback-sink.ts'
import type { CallbackSink } from '../support/callback-sink.ts'
import { eventually } from '../support/eventually.ts'
import { requests } from '../support/requests.ts'
import { describeWith } from '../support/servers.ts'
import { NEEDS, SETUPS, startSetup } from '../support/setups.ts'
import type { SetupHost } from '../support/setups.ts'
import { startTestApp } from '../support/start-app.ts'
import type { TestApp } from '../support/start-app.ts'

for (const setup of SETUPS) {
  describeWith(`the whole path on ${setup}`, { needs: NEEDS[setup] }, () => {
    let host: SetupHost
    let here: TestApp
    let sink: CallbackSink
    let secret: string

    beforeAll(async () => {
      host = await startSetup(setup)
      here = await startTestApp(host)
      sink = await startCallbackSink()
      secret = (await here.api.call('/v1/callback-secret')).body.secret
    })
    afterAll(async () => {
      await here?.[Symbol.asyncDispose]()
      await sink?.[Symbol.asyncDispose]()
      await host?.[Symbol.asyncDispose]()
    })

    test('a submitted image job ends as a stored picture, a row, and a callback that the openai package verifies', async () => {
      const { id } = await here.api.submit({ request: requests.image({ order: '7' }), callback_url: sink.url, labels: { team: 'growth' } })
      const job = await here.api.settled(id)
      expect(job).toMatchObject({ status: 'completed', labels: { team: 'growth' }, metadata: { order: '7' }, error: null })

      const [artifact] = job.artifacts
      expect(artifact).toMatchObject({ kind: 'image', status: 'stored', content_type: 'image/png', width: 256, height: 256 })
      const truth = here.sandbox.state.artifacts.get(job.response_id)?.[0]
      const content = await here.api.bytes(`/v1/artifacts/${artifact.id}/content`)
      expect(content.status).toBe(200)
      expect(createHash('sha256').update(content.bytes).digest('hex')).toBe(truth?.sha256)
      expect(artifact.sha256).toBe(truth?.sha256)

      const { headers, body } = await sink.waitFor(id, 'job.completed')
      const event = await new OpenAI({ apiKey: 'unused' }).webhooks.unwrap(body, headers, secret)
      expect(event).toMatchObject({
        type: 'job.completed',
        data: { id, status: 'completed', artifacts: [{ id: artifact.id, kind: 'image' }] },
      })
      expect(here.sandbox.state.createsFor(id)).toBe(1)
    })

    test('the response is given back without its payloads, and whole when asked inline', async () => {
      const { id } = await here.api.submit({ request: requests.image() })
      const job = await here.api.settled(id)
      const original = await (
        await fetch(
          `${here.sandbox.url}/responses/${job.response_id}?include[]=code_interpreter_call.outputs&include[]=web_search_call.action.sources`,
          { headers: { authorization: 'Bearer sk-test' } },
        )
      ).json()
      const kept = await here.api.call(`/v1/jobs/${id}/response`)
      expect(JSON.stringify(kept.body)).toContain(`longhaul:artifact/${job.artifacts[0].id}`)
      const inline = await here.api.call(`/v1/jobs/${id}/response?inline=true`)
      expect(inline.body).toEqual(original)
    })

    test('a follow-up continues the response of the job it names', async () => {
      const first = await here.api.settled((await here.api.submit({ request: requests.image() })).id)
      const second = await here.api.settled((await here.api.submit({ request: requests.image(), previous_job_id: first.id })).id)
      expect(second.status).toBe('completed')
      expect(here.sandbox.state.responses.get(second.response_id)).toBeDefined()
      const upstream = (await here.api.call(`/v1/jobs/${second.id}/response`)).body
      expect(upstream.previous_response_id).toBe(first.response_id)
    })

    test('a research report keeps its text and its citations', async () => {
      const job = await here.api.settled((await here.api.submit({ request: requests.research() })).id)
      expect(job.output_text.length).toBeGreaterThan(200)
      expect(job.citations.length).toBeGreaterThan(0)
      for (const citation of job.citations) expect(citation).toMatchObject({ type: 'url_citation', url: expect.stringMatching(/^https?:/) })
    })

    test('files that code left in its container are kept, cited or not, with figures from its outputs', async () => {
      const job = await here.api.settled((await here.api.submit({ request: requests.code() })).id)
      const truth = here.sandbox.state.artifacts.get(job.response_id) ?? []
      expect(truth.length).toBeGreaterThan(2)
      for (const { sha256, kind } of truth)
        expect(job.artifacts).toContainEqual(expect.objectContaining({ sha256, kind, status: 'stored' }))
    })

    test('a cancelled job is cancelled at OpenAI too, and says so by callback', async () => {
      const { id } = await here.api.submit({ request: requests.text({ sandbox_scenario: 'stuck_in_progress' }), callback_url: sink.url })
      await here.api.settled(id, ['in_progress'])
      expect((await here.api.call(`/v1/jobs/${id}/cancel`, { method: 'POST' })).status).toBe(200)
      const job = await here.api.settled(id)
      expect(job.status).toBe('cancelled')
      expect((await here.api.call(`/v1/jobs/${id}/response`)).body.status).toBe('cancelled')
      await sink.waitFor(id, 'job.cancelled')
    })

    test('a failed response fails its job with our code beside what OpenAI said', async () => {
      const job = await here.api.settled((await here.api.submit({ request: requests.text({ sandbox_scenario: 'fail_server_error' }) })).id)
      expect(job).toMatchObject({
        status: 'failed',
        error: { code: 'upstream_error', retryable: true, upstream: { code: 'server_error' } },
      })
    })

    test('a create whose answer was lost is adopted by its webhook and never sent again', async () => {
      const job = await here.api.settled((await here.api.submit({ request: requests.text({ sandbox_scenario: 'create_reset_after' }) })).id)
      expect(job.status).toBe('completed')
      expect(here.sandbox.state.createsFor(job.id)).toBe(1)
    })

    test('a deleted job is gone for readers at once, and its objects and its response follow', async () => {
      const job = await here.api.settled((await here.api.submit({ request: requests.image() })).id)
      expect((await here.api.call(`/v1/jobs/${job.id}?upstream=true`, { method: 'DELETE' })).status).toBe(204)
      expect((await here.api.call(`/v1/jobs/${job.id}`)).status).toBe(404)
      await eventually(async () => {
        const left = await Array.fromAsync(here.app.context.objects.list(`ten_default/${job.id}/`))
        expect(left).toEqual([])
        expect(await here.app.context.store.jobs.getDeleted(job.id)).toBeNull()
        return true
      })
      expect(here.sandbox.state.responses.get(job.response_id)).toBeUndefined()
    })

    test('the history of a job is numbered from 1 without a gap and ends with its final event', async () => {
      const { id } = await here.api.settled((await here.api.submit({ request: requests.image() })).id)
      const { data } = (await here.api.call(`/v1/jobs/${id}/events`)).body
      expect(data.map(({ seq }: { seq: number }) => seq)).toEqual(data.map((_: unknown, index: number) => index + 1))
      const types = data.map(({ type }: { type: string }) => type)
      expect(types[0]).toBe('job.queued')
      expect(types).toContain('job.submitted')
      expect(types.slice(-2)).toEqual(['artifact.stored', 'job.completed'])
    })
  })

  describeWith(`results without a public URL on ${setup}`, { needs: NEEDS[setup] }, () => {
    test('a job ends by polling alone', async () => {
      await using host = await startSetup(setup)
      await using here = await startTestApp(host, { webhooks: false })
      const job = await here.api.settled((await here.api.submit({ request: requests.image() })).id)
      expect(job).toMatchObject({ status: 'completed', artifacts: [{ status: 'stored' }] })
      expect(here.sandbox.state.deliveries).toEqual([])
    })
  })
}
