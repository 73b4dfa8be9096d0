import { describe, expect, test } from 'vitest'
import { BrokenPayloadError } from '../../../src/domain/errors.ts'
import type { JsonObject } from '../../../src/domain/model.ts'
import { eachWorld } from '../../support/domain-context.ts'
import type { World } from '../../support/domain-context.ts'
import { answering, bytes, found, message, pngBytes, upstreamError } from '../../support/scripted-openai.ts'

const world = eachWorld()

async function* breaking(chunk: Uint8Array, error: Error): AsyncGenerator<Uint8Array> {
  yield chunk
  throw error
}

const image = (change: JsonObject = {}): JsonObject => ({
  type: 'image_generation_call',
  id: 'ig_1',
  status: 'completed',
  result: 'AAAA',
  ...change,
})
const completed = (output: JsonObject[], change: JsonObject = {}): JsonObject => ({
  id: 'resp_1',
  status: 'completed',
  created_at: 1_795_262_400,
  output,
  ...change,
})

async function readObject(w: World, key: string | null): Promise<Buffer> {
  const object = await w.app.objects.get(key ?? '')
  if (object === null) throw new Error(`there is no object ${key}`)
  const chunks: Uint8Array[] = []
  for await (const chunk of object.body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('a picture in an answer', () => {
  test('is stored, described and told before the job is', async () => {
    const w = world()
    const { job, turn } = await w.started()
    const item = image({ revised_prompt: 'a cat', size: '2x3', quality: 'high' })
    w.openai.onRetrieve = answering(completed([item, message('here')]), { 'output/0/result': bytes(pngBytes(2, 3)) })
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
    const [artifact] = await w.artifacts(job.id)
    expect(artifact).toMatchObject({
      kind: 'image',
      status: 'stored',
      contentType: 'image/png',
      width: 2,
      height: 3,
      revisedPrompt: 'a cat',
      filename: 'ig_1.png',
    })
    expect(artifact?.objectKey).toBe(`${job.tenantId}/${job.id}/${artifact?.id}.png`)
    expect(await readObject(w, artifact?.objectKey ?? null)).toEqual(pngBytes(2, 3))
    const result = await w.app.store.results.getForTurn(turn.id)
    expect(JSON.parse(result?.body ?? '')).toMatchObject({ output: [{ result: `longhaul:artifact/${artifact?.id}` }, {}] })
    expect(await w.eventTypes(job.id)).toEqual(['job.queued', 'job.submitted', 'artifact.stored', 'job.completed'])
    expect(await w.job(job.id)).toMatchObject({
      status: 'completed',
      progress: null,
      startedAt: turn.submittedAt,
      finishedAt: w.clock.now(),
    })
    expect(await w.turn(job.id)).toMatchObject({ state: 'done', dueAt: null, claimedUntil: null })
  })

  test('that still says `generating` is kept for what it holds', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = answering(completed([image({ status: 'generating' })]), { 'output/0/result': bytes(pngBytes()) })
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
    expect(await w.artifacts(job.id)).toEqual([expect.objectContaining({ status: 'stored', params: { status: 'generating' } })])
  })

  test('read twice because the first worker died is one artifact and one object', async () => {
    const w = world()
    const { job, turn } = await w.started()
    const once = answering(completed([image()]), { 'output/0/result': bytes(pngBytes()) })
    w.openai.onRetrieve = async (...args) => {
      await once(...args)
      throw new Error('killed')
    }
    await expect(w.run('collect-turn', { turnId: turn.id })).rejects.toThrow('killed')
    expect(await w.artifacts(job.id)).toEqual([])
    w.openai.onRetrieve = answering(completed([image()]), { 'output/0/result': bytes(pngBytes()) })
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
    const keys = await Array.fromAsync(w.app.objects.list(`${job.tenantId}/${job.id}/`))
    expect(keys.map(({ key }) => key)).toEqual((await w.artifacts(job.id)).map(({ objectKey }) => objectKey))
    expect(keys).toHaveLength(1)
  })

  test.each([
    ['base64 that breaks off', breaking(pngBytes(), new BrokenPayloadError('no base64 after 33 bytes'))],
    ['bytes that are no picture', bytes('just some words')],
  ])('of %s is a failed artifact, stays in the response as it came, and the job completes', async (_name, body) => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = answering(completed([image()]), { 'output/0/result': body })
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
    expect(await w.artifacts(job.id)).toEqual([
      expect.objectContaining({ status: 'failed', objectKey: null, bytes: null, error: expect.any(String) }),
    ])
    expect(JSON.parse((await w.app.store.results.getForTurn(turn.id))?.body ?? '')).toMatchObject({ output: [{ result: 'AAAA' }] })
    expect(await w.eventTypes(job.id)).toContain('artifact.failed')
    expect(await Array.fromAsync(w.app.objects.list(`${job.tenantId}/${job.id}/`))).toEqual([])
  })

  test('that moderation held back is a blocked artifact in a completed job', async () => {
    const w = world()
    const { job, turn } = await w.started()
    const error = { code: 'moderation_blocked', message: 'not allowed' }
    w.openai.onRetrieve = answering(completed([image({ result: null, status: 'failed', error }), message('sorry')]))
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
    expect(await w.artifacts(job.id)).toEqual([expect.objectContaining({ kind: 'image', status: 'blocked', error: 'not allowed' })])
  })

  test('whose connection breaks leaves the turn due for another look', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = answering(completed([image()]), { 'output/0/result': breaking(pngBytes(), new Error('reset')) })
    await expect(w.run('collect-turn', { turnId: turn.id })).rejects.toThrow('reset')
    expect(await w.turn(job.id)).toMatchObject({ state: 'running', claimedUntil: null })
    expect(await w.job(job.id)).toMatchObject({ status: 'queued' })
  })
})

describe('a container file', () => {
  const cited = (filename: string): JsonObject[] => [
    { type: 'code_interpreter_call', container_id: 'cntr_1', code: 'x', outputs: null },
    message('see', [
      { type: 'container_file_citation', container_id: 'cntr_1', file_id: 'cfile_1', filename, start_index: 0, end_index: 3 },
    ]),
  ]
  const file = (id: string, change: object = {}) => ({
    id,
    path: `/mnt/data/${id}.txt`,
    bytes: 3,
    source: 'assistant',
    createdAt: null,
    ...change,
  })

  test.each(['report.csv', '../../etc/passwd', 'x.constructor', 'x.__proto__', '', `${'long'.repeat(200)}.md`, 'nul\u0000.txt'])(
    'named %j is kept under a name of ours',
    async (filename) => {
      const w = world()
      const { job, turn } = await w.started()
      w.openai.onRetrieve = async () => found(completed(cited(filename)))
      w.openai.onFile = async () => ({ outcome: 'found', body: bytes('a,b\n') })
      expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
      const [artifact] = await w.artifacts(job.id)
      expect(artifact).toMatchObject({
        kind: 'file',
        status: 'stored',
        containerId: 'cntr_1',
        fileId: 'cfile_1',
        bytes: 4,
        contentType: expect.any(String),
      })
      expect(artifact?.objectKey).toMatch(/^ten_default\/job_[0-9a-z]+\/art_[0-9a-z]+\.[a-z]+$/)
      expect(artifact?.filename).not.toMatch(/[/\\]/)
      const result = await w.app.store.results.getForTurn(turn.id)
      expect(result?.citations).toEqual([expect.objectContaining({ artifactId: artifact?.id, fileId: 'cfile_1' })])
    },
  )

  test('is found once whether cited or only listed, and neither one of the user nor an older one is', async () => {
    const w = world()
    const { job, turn } = await w.started()
    const old = new Date(1_795_262_398_000)
    const sameSecond = new Date(1_795_262_399_000)
    const files = [
      file('cfile_1'),
      file('cfile_2', { createdAt: sameSecond }),
      file('cfile_u', { source: 'user' }),
      file('cfile_old', { createdAt: old }),
    ]
    w.openai.onRetrieve = async () => found(completed(cited('report.csv')))
    w.openai.onList = async () => files
    w.openai.onFile = async ({ fileId }) => ({ outcome: 'found', body: bytes(fileId) })
    await w.run('collect-turn', { turnId: turn.id })
    expect(new Set((await w.artifacts(job.id)).map(({ fileId }) => fileId))).toEqual(new Set(['cfile_1', 'cfile_2']))
  })

  test('that is gone with its container is told as expired, and the job completes', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async () => found(completed(cited('report.csv')))
    w.openai.onList = async () => null
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
    expect(await w.artifacts(job.id)).toEqual([expect.objectContaining({ status: 'expired', objectKey: null })])
    expect(await w.eventTypes(job.id)).toContain('artifact.failed')
  })

  test.each(['download', 'body', 'list'])(
    'whose %s fails is tried again, and on the last try the job completes without it',
    async (what) => {
      const w = world()
      const { job, turn } = await w.started()
      w.openai.onRetrieve = async () => found(completed(cited('report.csv')))
      w.openai.onList = async () => {
        if (what === 'list') throw new Error('500')
        return []
      }
      w.openai.onFile = async () => {
        if (what === 'body') return { outcome: 'found', body: breaking(Buffer.from('ab'), new Error('reset')) }
        return { outcome: 'unavailable', error: upstreamError({ status: 500 }) }
      }
      await expect(w.run('collect-turn', { turnId: turn.id })).rejects.toThrow()
      expect(await w.job(job.id)).toMatchObject({ status: 'queued' })
      expect(await w.run('collect-turn', { turnId: turn.id }, { isLast: true })).toBe('completed')
      expect(await w.artifacts(job.id)).toEqual([expect.objectContaining({ status: 'failed', objectKey: null, error: expect.any(String) })])
    },
  )

  test('is not given up because we are stopping, were it the last try', async () => {
    const w = world()
    const { job, turn } = await w.started()
    const stop = new AbortController()
    w.openai.onRetrieve = async () => found(completed(cited('report.csv')))
    w.openai.onFile = async () => {
      stop.abort(new DOMException('the service is shutting down', 'AbortError'))
      return { outcome: 'unavailable', error: upstreamError({ type: 'aborted' }) }
    }
    await expect(w.run('collect-turn', { turnId: turn.id }, { isLast: true, signal: stop.signal })).rejects.toThrow()
    expect(await w.job(job.id)).toMatchObject({ status: 'queued' })
    expect(await w.artifacts(job.id)).toEqual([])
  })

  test('is let go of when our own store is away', async () => {
    const w = world()
    const { turn } = await w.started()
    let closed = false
    async function* body(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.alloc(40_000)
      } finally {
        closed = true
      }
    }
    w.openai.onRetrieve = async () => found(completed(cited('report.csv')))
    w.openai.onFile = async () => ({ outcome: 'found', body: body() })
    const { objects } = w.app
    w.app.objects = {
      ...objects,
      put: async () => {
        throw new Error('the store is away')
      },
    }
    await expect(w.run('collect-turn', { turnId: turn.id })).rejects.toThrow('the store is away')
    expect(closed).toBe(true)
  })
})

describe('an answer', () => {
  test('that waits for its caller is requires_action, with what it asks for', async () => {
    const w = world()
    const { job, turn } = await w.started({ callbackUrl: 'https://a.test/hook' })
    w.openai.onRetrieve = async () =>
      found(completed([{ type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{}' }]))
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('requires_action')
    expect(await w.job(job.id)).toMatchObject({
      status: 'requires_action',
      finishedAt: null,
      requiredAction: { outputs: [{ call_id: 'call_1' }], approvals: [] },
    })
    expect(w.queue.names).toEqual(['deliver'])
  })

  test('that is a refusal alone completes with `refusal`', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async () => found(completed([{ type: 'message', content: [{ type: 'refusal', refusal: 'I cannot.' }] }]))
    await w.run('collect-turn', { turnId: turn.id })
    expect(await w.job(job.id)).toMatchObject({ status: 'completed', refusal: 'I cannot.', error: null })
  })

  test('that stopped early is incomplete, with what there is', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async () =>
      found(completed([message('so f')], { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }))
    await w.run('collect-turn', { turnId: turn.id })
    expect(await w.job(job.id)).toMatchObject({ status: 'incomplete', incompleteDetails: { reason: 'max_output_tokens' } })
    expect(await w.app.store.results.getForTurn(turn.id)).toMatchObject({ outputText: 'so f' })
  })

  test('that failed says why and whether another try may help', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async () => found(completed([], { status: 'failed', error: { code: 'server_error', message: 'wfr_1' } }))
    await w.run('collect-turn', { turnId: turn.id })
    expect(await w.job(job.id)).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_error', retryable: true, upstream: { code: 'server_error' } },
    })
    expect((await w.events(job.id)).at(-1)).toMatchObject({ type: 'job.failed', data: { code: 'upstream_error' } })
  })

  test.each([
    ['nothing at all', { status: 'completed' }],
    [
      'things nobody knows',
      { status: 'completed', output: [7, null, 'x', [], {}, { type: 'constructor' }, { type: 'web_search_call' }, { type: 9 }], usage: [] },
    ],
    ['text no database can hold', { status: 'completed', output: [message('a\u0000b\ud800c')], metadata: { '\u0000': '\udfff' } }],
  ] as [string, JsonObject][])('of %s completes', async (_name, response) => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = async () => found(response)
    expect(await w.run('collect-turn', { turnId: turn.id })).toBe('completed')
    const result = await w.app.store.results.getForTurn(turn.id)
    expect(JSON.parse(result?.body ?? '')).toEqual(response)
    expect(await w.job(job.id)).toMatchObject({ status: 'completed' })
  })

  test('with a payload in an item nobody knows is kept as a file', async () => {
    const w = world()
    const { job, turn } = await w.started()
    w.openai.onRetrieve = answering(completed([{ type: 'constructor', result: 'AAAA' }]), { 'output/0/result': bytes(pngBytes()) })
    await w.run('collect-turn', { turnId: turn.id })
    expect(await w.artifacts(job.id)).toEqual([expect.objectContaining({ kind: 'file', status: 'stored' })])
  })
})
