import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestHttp } from '../../support/http-context.ts'
import { startTestHttp } from '../../support/http-context.ts'
import { seedArtifact, seedFinished, seedRunning } from '../../support/http-seed.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

const PICTURE = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 31) % 256))

/** A finished job whose first item was a picture, kept at its path. */
async function seedPicture(): Promise<{ id: string; artifactId: string; original: unknown }> {
  const { id } = await http.api.submit()
  const artifactId = http.context.ids.next('art')
  const objectKey = `t/${id}/${artifactId}.png`
  await http.context.objects.put(objectKey, Readable.from([PICTURE]), { contentType: 'image/png' })
  const item = { type: 'image_generation_call', id: 'ig_1', result: `longhaul:artifact/${artifactId}`, unknown: { kept: true } }
  const response = { output: [item], note: '\u0000 and ü' }
  await seedFinished(http.context, id, {
    response,
    artifacts: [seedArtifact(http.context, PICTURE, { id: artifactId, objectKey, path: 'output/0/result' })],
  })
  const whole = { id: `resp_${id}`, status: 'completed', ...response, output: [{ ...item, result: PICTURE.toString('base64') }] }
  return { id, artifactId, original: whole }
}

describe('the response', () => {
  test('is given as it is kept: unknown fields stay, payloads are references', async () => {
    const { id, artifactId } = await seedPicture()
    const { status, body } = await http.api.call(`/v1/jobs/${id}/response`)
    expect(status).toBe(200)
    expect(body.output[0]).toEqual({
      type: 'image_generation_call',
      id: 'ig_1',
      result: `longhaul:artifact/${artifactId}`,
      unknown: { kept: true },
    })
  })

  test('is given inline as it was received', async () => {
    const { id, original } = await seedPicture()
    expect((await http.api.call(`/v1/jobs/${id}/response?inline=true`)).body).toEqual(original)
  })

  test('keeps the reference where the bytes are gone', async () => {
    const { id, artifactId } = await seedPicture()
    await http.context.objects.remove([`t/${id}/${artifactId}.png`])
    expect((await http.api.call(`/v1/jobs/${id}/response?inline=true`)).body.output[0].result).toBe(`longhaul:artifact/${artifactId}`)
  })

  test('of one turn takes nothing of another, though their payloads stand at the same place', async () => {
    const { id, artifactId } = await seedPicture()
    const { store, ids, clock } = http.context
    const first = (await store.turns.listForJob(id))[0]!
    const second = { ...first, id: ids.next('turn'), number: 2, responseId: `${first.responseId}_2` }
    await store.turns.insert(second)
    const body = JSON.stringify({ output: [{ result: `longhaul:artifact/${artifactId}` }] })
    await store.results.insert({
      turnId: second.id,
      jobId: id,
      body,
      outputText: '',
      citations: [],
      usage: null,
      outputJson: null,
      items: [],
      createdAt: clock.now(),
    })
    expect((await http.api.call(`/v1/jobs/${id}/response?turn=2&inline=true`)).body).toEqual(JSON.parse(body))
  })

  test('is found by turn', async () => {
    const { id } = await seedPicture()
    const found = await Promise.all(['1', '2', '0', 'x'].map((turn) => http.api.call(`/v1/jobs/${id}/response?turn=${turn}`)))
    expect(found.map(({ status }) => status)).toEqual([200, 404, 400, 400])
  })

  test('is not there before the job has one, and the refusal says how the job stands', async () => {
    const { id } = await http.api.submit()
    await seedRunning(http.context, id)
    const { status, body } = await http.api.call(`/v1/jobs/${id}/response`)
    expect([status, body.error.code]).toEqual([404, 'no_response'])
    expect(body.error.message).toContain('in_progress')
  })
})

describe('artifacts', () => {
  test('are listed by kind, by job and by time', async () => {
    const api = await http.tenant()
    const [one, two] = [await api.submit(), await api.submit()]
    const image = seedArtifact(http.context, Buffer.from('a'))
    const file = seedArtifact(http.context, Buffer.from('b'), { kind: 'file', filename: 'b.csv', contentType: 'text/csv' })
    const { artifacts: first } = await seedFinished(http.context, one.id, { artifacts: [image, file] })
    const { artifacts: second } = await seedFinished(http.context, two.id, { artifacts: [image] })
    const found = async (query: string): Promise<string[]> =>
      (await api.call(`/v1/artifacts?${query}`)).body.data.map(({ id }: { id: string }) => id).toSorted()
    expect(await found('')).toEqual([...first, ...second].map(({ id }) => id).toSorted())
    expect(await found('kind=file')).toEqual([first[1]?.id])
    expect(await found('kind=file,image&limit=100')).toHaveLength(3)
    expect(await found(`job=${two.id}`)).toEqual([second[0]?.id])
    expect(await found('created_before=2000-01-01T00:00:00Z')).toEqual([])
    expect((await http.api.call(`/v1/artifacts?job=${two.id}`)).body.data).toEqual([])
    for (const query of ['kind=picture', 'job=x', 'q=x']) expect((await api.call(`/v1/artifacts?${query}`)).status).toBe(400)
  })

  test('tell where they came from', async () => {
    const { id } = await http.api.submit()
    const { artifacts } = await seedFinished(http.context, id, {
      artifacts: [seedArtifact(http.context, Buffer.from('a'), { containerId: 'cntr_1', revisedPrompt: 'p' })],
    })
    const { body } = await http.api.call(`/v1/artifacts/${artifacts[0]?.id}`)
    expect(body).toMatchObject({
      object: 'artifact',
      job_id: id,
      source: { item_id: 'ig_1', item_type: 'image_generation_call', container_id: 'cntr_1', file_id: null },
      revised_prompt: 'p',
      params: { size: '1024x1024' },
    })
  })

  test('of another tenant are as unknown as any', async () => {
    const other = await http.tenant()
    const { artifactId } = await seedPicture()
    const paths = [artifactId, `${artifactId}/content`, 'art_nonsense', 'art_%00/content']
    expect(await Promise.all(paths.map(async (path) => (await other.call(`/v1/artifacts/${path}`)).status))).toEqual([404, 404, 404, 404])
  })
})
