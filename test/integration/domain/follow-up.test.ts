import { describe, expect, test } from 'vitest'
import { findJob } from '../../../src/domain/find-jobs.ts'
import type { Json, JsonObject } from '../../../src/domain/model.ts'
import { submitJob } from '../../../src/domain/submit-job.ts'
import { eachWorld, PRINCIPAL, submission } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { answering, bytes, found, message, pngBytes, upstreamError } from '../../support/scripted-openai.ts'

const world = eachWorld()

/** A finished job with one picture. */
async function drawn(w: World, account = 'default'): Promise<{ jobId: string; artifactId: string }> {
  const { job, turn } = await w.started({ account })
  const response = { id: 'resp_1', status: 'completed', output: [{ type: 'image_generation_call', id: 'ig_1', result: 'x' }] }
  w.openai.onRetrieve = answering(response, { 'output/0/result': bytes(pngBytes()) })
  expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
  const [artifact] = await w.artifacts(job.id)
  return { jobId: job.id, artifactId: artifact?.id ?? '' }
}

const picture = (id: string): JsonObject => ({ type: 'image_generation_call', id })
const ask = (...input: Json[]): JsonObject => ({ model: 'm', input: ['now at night', ...input] })

describe('a picture of ours in the input', () => {
  test('goes to OpenAI under the id that it has there', async () => {
    const w = world()
    const { artifactId } = await drawn(w)
    const rest = [{ type: 'message', id: artifactId }, { ...picture('ig_foreign') }, 7]
    await w.started({ request: ask(picture(artifactId), ...rest) })
    expect(w.openai.created.at(-1)?.input).toEqual(['now at night', picture('ig_1'), ...rest])
  })

  test('that nobody has, or that is none, is refused with its field, and nothing is kept', async () => {
    const w = world()
    const { artifactId, jobId } = await drawn(w)
    const request = ask(picture(artifactId), picture('art_x'), picture(w.app.ids.next('art')))
    const refused = submitJob(w.app, {
      principal: PRINCIPAL,
      submission: submission({ request }),
      idempotency: { key: 'k', bodyHash: 'h' },
    })
    await expect(refused).rejects.toMatchObject({
      status: 400,
      details: [{ field: 'request.input.2.id' }, { field: 'request.input.3.id' }],
    })
    const jobs = await w.app.store.jobs.list({ tenantId: PRINCIPAL.tenantId }, { limit: 10, before: null })
    expect(jobs.map(({ id }) => id)).toEqual([jobId])
    await expect(
      submitJob(w.app, { principal: PRINCIPAL, submission: submission(), idempotency: { key: 'k', bodyHash: 'other' } }),
    ).resolves.toMatchObject({ outcome: 'created' })
  })

  test('of another tenant, or of another OpenAI account, is refused', async () => {
    const w = world()
    const { artifactId } = await drawn(w, 'other')
    const request = ask(picture(artifactId))
    await expect(w.submit({ request })).rejects.toThrow('another OpenAI account, other')
    await expect(
      submitJob(w.app, { principal: { ...PRINCIPAL, tenantId: 'ten_other' }, submission: submission({ request }), idempotency: null }),
    ).rejects.toThrow('names no artifact')
    await expect(w.submit({ request, account: 'other' })).resolves.toBeDefined()
  })

  test('that OpenAI no longer has makes the job fail as one whose parent is gone', async () => {
    const w = world()
    const { artifactId } = await drawn(w)
    const { job, turn } = await w.submit({ request: ask(picture(artifactId)) })
    const error = upstreamError({ status: 404, message: "Item with id 'ig_1' not found." })
    w.openai.onCreate = async () => ({ outcome: 'refused', error, retryAfterMs: null })
    expect(await w.run('submit-job', { turnId: turn.id })).toBe('failed:parent_gone')
    expect(await w.job(job.id)).toMatchObject({ status: 'failed', responseId: null })
  })
})

describe('a parent', () => {
  const follow = (w: World, previousJobId: string) =>
    submitJob(w.app, { principal: PRINCIPAL, submission: submission({ previousJobId }), idempotency: null })

  test('that waits for its caller is not final', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async (id) => found({ id, status: 'completed', output: [{ type: 'function_call', call_id: 'c' }] })
    await w.run('collect-turn', { turnId: turn.id })
    expect(await follow(w, job.id)).toMatchObject({ outcome: 'parent_not_final', parent: { status: 'requires_action' } })
  })

  test('that failed before it had a response has nothing to follow up on', async () => {
    const w = world()
    const { job, turn } = await w.submit()
    w.openai.onCreate = async () => ({ outcome: 'refused', error: upstreamError({ status: 400 }), retryAfterMs: null })
    await w.run('submit-job', { turnId: turn.id })
    expect(await follow(w, job.id)).toMatchObject({ outcome: 'parent_without_response' })
  })

  test('and the jobs that follow up on it name each other', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async (id) => found({ id, status: 'completed', output: [message('one')] })
    await w.run('collect-turn', { turnId: turn.id })
    const { job: first } = await w.submit({ previousJobId: job.id })
    w.clock.advance(1)
    const { job: second } = await w.submit({ previousJobId: job.id })
    const view = async (id: string) => findJob(w.app, { id, tenantId: PRINCIPAL.tenantId })
    expect(await view(job.id)).toMatchObject({ followUpIds: [first.id, second.id], job: { previousJobId: null } })
    expect(await view(first.id)).toMatchObject({ followUpIds: [], job: { previousJobId: job.id } })
  })
})
