import { describe, expect, test } from 'vitest'
import { cut, failure, json, main, reset, startUpstream, type Answer } from './upstream.ts'

const file = (id: number): object => ({
  id: `cfile_${id}`,
  path: `/mnt/data/${id}.csv`,
  bytes: 7,
  source: 'assistant',
  created_at: 1_790_000_000,
})
const page = (from: number, { count, more }: { count: number; more: boolean }): Answer =>
  json({ object: 'list', data: Array.from({ length: count }, (_, at) => file(from + at)), has_more: more })

describe('cancel', () => {
  test.each([
    ['200', json({ id: 'resp_1', status: 'cancelled' }), { outcome: 'asked' }],
    ['a 400 that says it is final', failure(400, 'Cannot cancel a completed response.'), { outcome: 'asked' }],
    ['404', failure(404), { outcome: 'missing' }],
    ['another 400', failure(400, 'Bad id'), { outcome: 'unavailable', error: { status: 400 } }],
    ['500', failure(500), { outcome: 'unavailable', error: { status: 500 } }],
    ['a reset', reset, { outcome: 'unavailable', error: { type: 'connection_error' } }],
  ])('%s', async (_, answer, outcome) => {
    await using upstream = await startUpstream(answer)
    expect(await upstream.openai.cancel('resp_1', main())).toMatchObject(outcome)
    expect(upstream.seen).toMatchObject([{ method: 'POST', url: '/v1/responses/resp_1/cancel', body: '' }])
  })
})

describe('remove', () => {
  test.each([
    ['200', json({ id: 'resp_1', deleted: true })],
    ['404', failure(404)],
  ])('%s is fine', async (_, answer) => {
    await using upstream = await startUpstream(answer)
    await upstream.openai.remove('resp_1', main())
    expect(upstream.seen).toMatchObject([{ method: 'DELETE', url: '/v1/responses/resp_1' }])
  })

  test('anything else is thrown', async () => {
    await using upstream = await startUpstream(failure(400, 'Cannot delete an in-flight response.'))
    await expect(upstream.openai.remove('resp_1', main())).rejects.toMatchObject({
      upstream: { status: 400 },
      message: 'Cannot delete an in-flight response.',
    })
  })
})

describe('the files of a container', () => {
  test('are read over all pages', async () => {
    await using upstream = await startUpstream(page(0, { count: 2, more: true }), page(2, { count: 1, more: false }))
    const files = await upstream.openai.listContainerFiles('cntr_1', main())
    expect(files?.map(({ id }) => id)).toEqual(['cfile_0', 'cfile_1', 'cfile_2'])
    expect(files?.[0]).toEqual({
      id: 'cfile_0',
      path: '/mnt/data/0.csv',
      bytes: 7,
      source: 'assistant',
      createdAt: new Date(1_790_000_000_000),
    })
    expect(upstream.seen[1]?.url).toContain('after=cfile_1')
  })

  test('are bounded where pages never end', async () => {
    await using upstream = await startUpstream(page(0, { count: 99, more: true }))
    expect(await upstream.openai.listContainerFiles('cntr_1', main())).toHaveLength(1000)
  })

  test.each([
    ['404', failure(404)],
    ['a 400 that says so', failure(400, 'Container is expired.')],
  ])('are gone with it: %s', async (_, answer) => {
    await using upstream = await startUpstream(answer)
    expect(await upstream.openai.listContainerFiles('cntr_1', main())).toBe(null)
    expect(await upstream.openai.containerFile({ containerId: 'cntr_1', fileId: 'cfile_1' }, main())).toEqual({ outcome: 'gone' })
  })

  test.each([
    ['500', failure(500)],
    ['a reset', reset],
    ['a page', json('<html>')],
  ])('are not said to be none after %s', async (_, answer) => {
    await using upstream = await startUpstream(answer)
    await expect(upstream.openai.listContainerFiles('cntr_1', main())).rejects.toMatchObject({ name: 'UpstreamRequestError' })
  })
})

describe('a file of a container', () => {
  const ref = { containerId: 'cntr_1', fileId: 'cfile_1' }

  test('is a stream of its bytes', async () => {
    await using upstream = await startUpstream((reply) => reply.end(Buffer.alloc(300_000, 'x')))
    const content = await upstream.openai.containerFile(ref, main())
    let bytes = 0
    if (content.outcome === 'found') for await (const chunk of content.body) bytes += chunk.length
    expect(bytes).toBe(300_000)
    expect(upstream.seen[0]?.url).toBe('/v1/containers/cntr_1/files/cfile_1/content')
  })

  test('that is cut fails as it is read', async () => {
    await using upstream = await startUpstream(cut('half'))
    const content = await upstream.openai.containerFile(ref, main())
    const read = async (): Promise<void> => {
      if (content.outcome === 'found') for await (const _ of content.body) continue
    }
    await expect(read()).rejects.toThrow()
  })

  test.each([
    ['500', failure(500)],
    ['a reset', reset],
  ])('may be there later after %s', async (_, answer) => {
    await using upstream = await startUpstream(answer)
    expect(await upstream.openai.containerFile(ref, main())).toMatchObject({ outcome: 'unavailable' })
  })
})
