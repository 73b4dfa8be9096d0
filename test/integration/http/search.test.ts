import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SMALLEST } from '../../support/http-client.ts'
import type { HttpClient } from '../../support/http-client.ts'
import { startTestHttp } from '../../support/http-context.ts'
import type { TestHttp } from '../../support/http-context.ts'
import { messageOf, seedArtifact, seedFinished } from '../../support/http-seed.ts'

let http: TestHttp
beforeAll(async () => {
  http = await startTestHttp()
})
afterAll(() => http[Symbol.asyncDispose]())

function finder(api: HttpClient) {
  return async (query: Record<string, string>): Promise<string[]> => {
    const { status, body } = await api.call(`/v1/jobs?${new URLSearchParams(query)}`)
    if (status !== 200) throw new Error(JSON.stringify(body))
    return body.data.map(({ id }: { id: string }) => id)
  }
}

function asked(input: unknown, fields: Record<string, unknown> = {}) {
  return { request: { ...SMALLEST, input, ...fields } }
}

describe('a search', () => {
  test('finds a job by its prompt and labels at once, and by its answer and its files when it ends', async () => {
    const api = await http.tenant()
    const find = finder(api)
    const { id } = await api.submit({
      ...asked([{ role: 'user', content: [{ type: 'input_text', text: 'Chart the tides' }] }]),
      labels: { team: 'sea-1' },
    })
    expect(await find({ q: 'tide chart' })).toEqual([id])
    expect(await find({ q: 'sea-1' })).toEqual([id])
    expect(await find({ q: 'estuary' })).toEqual([])
    const chart = seedArtifact(http.context, Buffer.from('png'), { filename: 'tide_range.v2.png', revisedPrompt: 'a turquoise chart' })
    await seedFinished(http.context, id, {
      response: { output: [messageOf('The Severn **estuary**\n has <i>the</i> largest.')] },
      artifacts: [chart],
    })
    for (const q of ['estuaries', 'tide_range.v2.png', 'turquoise', 'chart severn range']) expect(await find({ q }), q).toEqual([id])

    const { body } = await api.call('/v1/jobs?q=severn')
    expect(body.data[0]).not.toHaveProperty('output_text')
    expect(body.data[0].snippet).toContain('The **Severn**')
    expect(body.data[0].snippet).not.toMatch(/<i>|\n/)
    expect((await api.call('/v1/jobs')).body.data[0]).not.toHaveProperty('snippet')
    expect(await finder(http.api)({ q: 'estuary' }), 'of another tenant').toEqual([])
  })

  test('is narrowed by the other filters', async () => {
    const api = await http.tenant()
    const first = await api.submit({ ...asked('a kite'), labels: { team: 'a' } })
    const second = await api.submit({ ...asked('a kite', { model: 'other' }), labels: { team: 'b' } })
    const find = finder(api)
    expect((await find({ q: 'kite' })).toSorted()).toEqual([first.id, second.id])
    expect(await find({ q: 'kite', 'label.team': 'a' })).toEqual([first.id])
    expect(await find({ q: 'kite', model: 'other', status: 'queued' })).toEqual([second.id])
    expect(await find({ q: 'kite', created_before: second.created_at })).toEqual([first.id])
    expect(await find({ q: 'kite', status: 'failed' })).toEqual([])
  })

  test('comes in pages that neither repeat nor miss, whatever is added meanwhile', async () => {
    const api = await http.tenant()
    const ids = new Set<string>()
    for (let index = 0; index < 5; index += 1) ids.add((await api.submit(asked('kite '.repeat((index % 3) + 1)))).id)
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null && seen.length < 20) {
      const { body } = await api.call(`/v1/jobs?q=kite&limit=2${cursor && `&cursor=${cursor}`}`)
      seen.push(...body.data.map(({ id }: { id: string }) => id))
      cursor = body.next_cursor
      await api.submit(asked('kite kite kite kite kite kite'))
    }
    expect(seen).toHaveLength(5)
    expect(new Set(seen)).toEqual(ids)
  })

  test('takes no place of another kind of list, and gives none to one', async () => {
    const api = await http.tenant()
    for (let index = 0; index < 2; index += 1) await api.submit(asked('kite'))
    const [byTime, byRank] = [
      (await api.call('/v1/jobs?limit=1')).body.next_cursor,
      (await api.call('/v1/jobs?q=kite&limit=1')).body.next_cursor,
    ]
    for (const path of [`/v1/jobs?q=kite&cursor=${byTime}`, `/v1/jobs?cursor=${byRank}`, `/v1/artifacts?cursor=${byRank}`]) {
      const { status, body } = await api.call(path)
      expect([status, body.error.details[0]?.field], path).toEqual([400, 'cursor'])
    }
  })

  test.each(['', ' ', '-', '"', '-kite', 'or', '!!!', 'kite\0', 'x'.repeat(201), 'x'.repeat(10_000), 'kite or -sail'])(
    '%j is refused by name',
    async (q) => {
      const { status, body } = await http.api.call(`/v1/jobs?${new URLSearchParams({ q })}`)
      expect([status, body.error.details[0]?.field]).toEqual([400, 'q'])
    },
  )

  test.each(["'; drop table jobs; --", 'a & | ! <-> :*', '((kite', '\\', '%', '\uD800 kite', '"\' kite', '$1'])(
    '%j is searched for as it is',
    async (q) => {
      const { status } = await http.api.call(`/v1/jobs?${new URLSearchParams({ q })}`)
      expect(status).toBe(q === '\\' || q === '%' ? 400 : 200)
    },
  )
})

describe('a structured answer', () => {
  const format = { type: 'json_schema', name: 'n', schema: {} }

  test('is found by the values in it', async () => {
    const api = await http.tenant()
    const finished = async (text: string): Promise<string> => {
      const { id } = await api.submit()
      await seedFinished(http.context, id, { response: { text: { format }, output: [messageOf(text)] } })
      return id
    }
    const ann = await finished('{"score":5,"author":{"name":"Ann"},"zip":"02139","items":[{"ok":true}]}')
    const bo = await finished('{"score":5.5,"author":{"name":"Bo"}}')
    await finished('{"score":5,')
    const find = finder(api)
    expect(await find({ 'output.score': '5' })).toEqual([ann])
    expect(await find({ 'output.author.name': 'Bo' })).toEqual([bo])
    expect(await find({ 'output.zip': '"02139"', 'output.items.0.ok': 'true' })).toEqual([ann])
    expect(await find({ 'output.score': '"5"' })).toEqual([])
    expect(await find({ 'output.author.name': 'Bo', q: 'ann' })).toEqual([])
    expect(await find({ 'output.author.name': 'Bo', q: 'bo', status: 'completed' })).toEqual([bo])
  })

  test.each([
    ['output=x', 'output'],
    ['output.=x', 'output.'],
    ['output.a..b=x', 'output.a..b'],
    ['output.a.=x', 'output.a.'],
    [`output.${'a.'.repeat(8)}a=x`, `output.${'a.'.repeat(8)}a`],
    ['output.a.0.1.2.3=x', 'output'],
    ['output.a=%00', 'output.a'],
    ['output.a%00=x', 'output'],
    ['output.a=1&output.a=2', 'output.a'],
    ['outputs.a=1', 'outputs.a'],
    [Array.from({ length: 11 }, (_, index) => `output.a${index}=1`).join('&'), 'output'],
  ])('%s is refused by name', async (query, field) => {
    const { status, body } = await http.api.call(`/v1/jobs?${query}`)
    expect([status, body.error.details[0]?.field]).toEqual([400, field])
  })

  test('keeps its exact text where data cannot', async () => {
    const text = '{"big":12345678901234567890,"nul":"a\\u0000b","half":"\\ud800"}'
    const { id } = await http.api.submit()
    await seedFinished(http.context, id, { response: { text: { format }, output: [messageOf(text)] } })
    const { body } = await http.api.call(`/v1/jobs/${id}`)
    expect(body.output_text).toBe(text)
    expect(body.output_json).toEqual({ big: Number('12345678901234567890'), nul: 'a\uFFFDb', half: '\uFFFD' })
    expect(await finder(http.api)({ 'output.big': '12345678901234567890' })).toEqual([id])
  })
})
