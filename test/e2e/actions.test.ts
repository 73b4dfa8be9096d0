import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Body } from '../support/api-client.ts'
import { startCallbackSink } from '../support/callback-sink.ts'
import type { CallbackSink } from '../support/callback-sink.ts'
import { requests } from '../support/requests.ts'
import { describeWith } from '../support/servers.ts'
import { NEEDS, startSetup } from '../support/setups.ts'
import type { SetupHost } from '../support/setups.ts'
import { startTestApp } from '../support/start-app.ts'
import type { TestApp } from '../support/start-app.ts'

const FINAL = ['completed', 'incomplete', 'failed', 'cancelled']

for (const setup of ['embedded', 'postgres'] as const) {
  describeWith(`a job that requires action on ${setup}`, { needs: NEEDS[setup] }, () => {
    let host: SetupHost
    let here: TestApp
    let sink: CallbackSink

    beforeAll(async () => {
      host = await startSetup(setup)
      here = await startTestApp(host)
      sink = await startCallbackSink()
    })
    afterAll(async () => {
      await here?.[Symbol.asyncDispose]()
      await sink?.[Symbol.asyncDispose]()
      await host?.[Symbol.asyncDispose]()
    })

    const act = (id: string, body: unknown) => here.api.call(`/v1/jobs/${id}/actions`, { method: 'POST', body })
    const answersTo = ({ required_action: action }: Body) => ({
      outputs: action.outputs.map(({ call_id }: Body) => ({ call_id, output: `for ${call_id}` })),
      approvals: action.approvals.map(({ approval_request_id }: Body) => ({ approval_request_id, approve: true })),
    })

    test('says so by callback, and once all its calls are answered it completes, each turn made once', async () => {
      const request = requests.text({ sandbox_scenario: 'function_call:2' })
      const { id } = await here.api.submit({ request, callback_url: sink.url })
      expect((await sink.waitFor(id, 'job.requires_action')).event.data).toMatchObject({ status: 'requires_action' })
      const asking = await here.api.settled(id)
      expect(asking.required_action.outputs).toHaveLength(2)

      const answers = answersTo(asking)
      const partial = await act(id, { outputs: answers.outputs.slice(1) })
      expect(partial.status).toBe(400)
      expect(partial.body.error.message).toContain(answers.outputs[0].call_id)

      const replies = await Promise.all([1, 2, 3, 4].map(() => act(id, answers)))
      expect(replies.map(({ status }) => status)).toEqual([202, 202, 202, 202])
      await sink.waitFor(id, 'job.completed')
      const job = await here.api.settled(id, FINAL)
      expect(job).toMatchObject({ status: 'completed', required_action: null, turns: [{ number: 1 }, { number: 2 }] })
      for (const { output } of answers.outputs) expect(job.output_text).toContain(output)
      expect(job.response_id).toBe(job.turns[1].response_id)
      expect(here.sandbox.state.createsFor(id)).toBe(2)
      const second = await here.api.call(`/v1/jobs/${id}/response?turn=2`)
      expect(second.body.previous_response_id).toBe(job.turns[0].response_id)
    })

    test('is approved and goes on to the call it asked about', async () => {
      const tools = [{ type: 'mcp', server_label: 'library', server_url: 'https://library.example', authorization: 'secret' }]
      const { id } = await here.api.submit({ request: { ...requests.text(), tools } })
      await act(id, answersTo(await here.api.settled(id)))
      const job = await here.api.settled(id, FINAL)
      expect(job.status).toBe('completed')
      const { body } = await here.api.call(`/v1/jobs/${id}/response`)
      expect(body.output).toContainEqual(expect.objectContaining({ type: 'mcp_call', status: 'completed' }))
    })

    test('fails when nobody acts in time', async () => {
      const request = requests.text({ sandbox_scenario: 'custom_tool_call' })
      const { id } = await here.api.submit({ request, action_timeout_seconds: 1 })
      const job = await here.api.settled(id, FINAL)
      expect(job).toMatchObject({ status: 'failed', error: { code: 'action_timeout' } })
      expect(here.sandbox.state.createsFor(id)).toBe(1)
    })

    test('a picture named by our id is edited at OpenAI, and a parent that is gone there fails its follow-up', async () => {
      const first = await here.api.settled((await here.api.submit({ request: requests.image() })).id)
      const input = [
        { role: 'user', content: 'now at night' },
        { type: 'image_generation_call', id: first.artifacts[0].id },
      ]
      const second = await here.api.settled((await here.api.submit({ request: { ...requests.image(), input } })).id)
      const { body } = await here.api.call(`/v1/jobs/${second.id}/response`)
      expect(body.output.find(({ type }: Body) => type === 'image_generation_call')).toMatchObject({ action: 'edit' })

      await fetch(`${here.sandbox.url}/responses/${first.response_id}`, {
        method: 'DELETE',
        headers: { authorization: 'Bearer sk-test' },
      })
      for (const change of [{ previous_job_id: first.id }, { request: { ...requests.image(), input } }]) {
        const { id } = await here.api.submit({ request: requests.image(), ...change })
        expect(await here.api.settled(id)).toMatchObject({ status: 'failed', error: { code: 'parent_gone' }, response_id: null })
      }
    })
  })
}
