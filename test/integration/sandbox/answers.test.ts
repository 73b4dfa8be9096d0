import { createHash } from 'node:crypto'
import type { Response, ResponseOutputItem, ResponseOutputText } from 'openai/resources/responses/responses'
import { describe, expect, test } from 'vitest'
import { startSandboxClient } from './support/sandbox-client.ts'

type ItemOf<T extends ResponseOutputItem['type']> = Extract<ResponseOutputItem, { type: T }>

const small = (fields: object = {}): { tools: never } => ({ tools: [{ type: 'image_generation', size: '128x96', ...fields }] as never })

describe('image generation', () => {
  test.each([
    ['png', '89504e47'],
    ['jpeg', 'ffd8ff'],
    ['webp', '52494646'],
  ])('draws a real %s of the size asked for', async (format, magic) => {
    await using client = await startSandboxClient()
    const done = await client.run(small({ output_format: format, quality: 'low' }))
    const [item] = itemsOf(done, 'image_generation_call')
    expect(item).toMatchObject({
      status: 'completed',
      action: 'generate',
      size: '128x96',
      output_format: format,
      quality: 'low',
      background: 'opaque',
    })
    expect(item?.revised_prompt).toContain('A quiet lake')
    expect(Buffer.from(item?.result ?? '', 'base64').toString('hex', 0, 4)).toContain(magic)
    expect(done.tool_usage?.image_gen.output_tokens).toBeGreaterThan(0)
  })

  test('is 1024 by 1024 and png unless told otherwise', async () => {
    await using client = await startSandboxClient()
    const [item] = itemsOf(await client.run({ tools: [{ type: 'image_generation' }] }), 'image_generation_call')
    const bytes = Buffer.from(item?.result ?? '', 'base64')
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20), item?.size]).toEqual([1024, 1024, '1024x1024'])
  })

  test('edits the picture of the parent, of an item named, or of an image sent in', async () => {
    await using client = await startSandboxClient()
    const first = await client.run(small())
    const [made] = itemsOf(first, 'image_generation_call')
    const follow = await client.run({ ...small(), previous_response_id: first.id, input: 'now at night' })
    const byItem = await client.run({
      ...small(),
      input: [
        { role: 'user', content: 'now at night' },
        { type: 'image_generation_call', id: made?.id },
      ] as never,
    })
    const image = { type: 'input_image', image_url: `data:image/png;base64,${made?.result}`, detail: 'auto' }
    const byImage = await client.run({
      ...small(),
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'now at night' }, image] }] as never,
    })
    const edits = [follow, byItem, byImage].map((done) => itemsOf(done, 'image_generation_call')[0])
    expect(edits.map((item) => item?.action)).toEqual(['edit', 'edit', 'edit'])
    expect(new Set(edits.map((item) => item?.result))).toHaveLength(1)
    expect(edits[0]?.result).not.toBe(made?.result)
    const [twice, once] = await Promise.all(
      [follow, first].map((parent) => client.run({ ...small(), previous_response_id: parent.id, input: 'add snow' })),
    )
    expect(itemsOf(twice!, 'image_generation_call')[0]?.result).not.toBe(itemsOf(once!, 'image_generation_call')[0]?.result)
  })
})

describe('web search', () => {
  test('thinks, searches, and writes a long report whose citations point at their words', async () => {
    await using client = await startSandboxClient()
    const done = await client.run({ tools: [{ type: 'web_search' }], input: 'Electric buses in small towns' }, [
      'web_search_call.action.sources',
    ])
    const actions = itemsOf(done, 'web_search_call').map(({ action }) => action.type)
    expect(new Set(actions)).toEqual(new Set(['search', 'open_page', 'find_in_page']))
    expect(itemsOf(done, 'reasoning').length).toBeGreaterThan(2)
    const text = textOf(done)
    expect(text.text).toMatch(/^# Electric buses/)
    expect(text.text).toMatch(/\n## [\s\S]*\n- [\s\S]*\n\| --- \|/)
    expect(text.annotations.length).toBeGreaterThan(10)
    for (const annotation of text.annotations) {
      if (annotation.type !== 'url_citation') throw new Error(annotation.type)
      expect(text.text.slice(annotation.start_index, annotation.end_index)).toContain(`](${annotation.url})`)
    }
    expect(done.tool_usage?.web_search.num_requests).toBe(actions.filter((action) => action === 'search').length)
  })

  test('shows sources only to who includes them, in either spelling', async () => {
    await using client = await startSandboxClient()
    const done = await client.run({ tools: [{ type: 'web_search_preview' }] })
    expect(JSON.stringify(done)).not.toContain('"sources"')
    for (const query of [
      'include[]=web_search_call.action.sources',
      'include=web_search_call.action.sources',
      'include%5B%5D=web_search_call.action.sources&include%5B%5D=x',
    ]) {
      expect(await (await client.fetch(`/responses/${done.id}?${query}`)).text()).toContain('"sources"')
    }
  })
})

describe('code interpreter', () => {
  const tools = [{ type: 'code_interpreter' as const, container: { type: 'auto' as const } }]

  test('leaves real files in a container, two cited and one not', async () => {
    await using client = await startSandboxClient()
    const done = await client.run({ tools }, ['code_interpreter_call.outputs'])
    const [call] = itemsOf(done, 'code_interpreter_call')
    expect(call?.outputs?.map(({ type }) => type)).toEqual(['logs', 'image'])
    expect(JSON.stringify(call?.outputs)).toContain('data:image/png;base64,iVBOR')
    const { data: files } = await client.openai.containers.files.list(call?.container_id ?? '')
    expect(files.map(({ path }) => path).toSorted()).toEqual(['/mnt/data/chart.png', '/mnt/data/notes.json', '/mnt/data/table.csv'])
    const { text, annotations } = textOf(done)
    const cited = annotations.flatMap((each) => (each.type === 'container_file_citation' ? [each] : []))
    expect(cited.map(({ filename }) => filename)).toEqual(['chart.png', 'table.csv'])
    for (const { start_index: start, end_index: end, filename } of cited)
      expect(text.slice(start, end)).toBe(`sandbox:/mnt/data/${filename}`)
    for (const truth of client.sandbox.state.artifacts.get(done.id)?.filter(({ kind }) => kind === 'file') ?? []) {
      const content = await client.openai.containers.files.content.retrieve(truth.fileId ?? '', { container_id: truth.containerId ?? '' })
      expect(
        createHash('sha256')
          .update(Buffer.from(await content.arrayBuffer()))
          .digest('hex'),
      ).toBe(truth.sha256)
    }
  })

  test('keeps outputs back unless included', async () => {
    await using client = await startSandboxClient()
    const [call] = itemsOf(await client.run({ tools }), 'code_interpreter_call')
    expect(call).toMatchObject({ outputs: null, code: expect.stringContaining('import pandas') })
  })

  test('works on in the container of the conversation', async () => {
    await using client = await startSandboxClient()
    const first = await client.run({ tools })
    const next = await client.run({ tools, previous_response_id: first.id })
    expect(itemsOf(next, 'code_interpreter_call')[0]?.container_id).toBe(itemsOf(first, 'code_interpreter_call')[0]?.container_id)
  })
})

test('a small max_output_tokens ends the response early, reasoning paid first', async () => {
  await using client = await startSandboxClient()
  const cut = await client.run({ max_output_tokens: 260 })
  expect(cut).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, usage: { output_tokens: 260 } })
  expect(cut.output_text).toHaveLength(16)
  expect((await client.run({ max_output_tokens: 16 })).output.map(({ type }) => type)).toEqual(['reasoning'])
})

test('a json schema is answered with json', async () => {
  await using client = await startSandboxClient()
  const schema = {
    type: 'object',
    properties: { city: { type: 'string' }, people: { type: 'integer' } },
    required: ['city', 'people'],
    additionalProperties: false,
  }
  const done = await client.run({ text: { format: { type: 'json_schema', name: 'town', schema, strict: true } } })
  expect(JSON.parse(done.output_text)).toEqual({ city: 'A quiet lake', people: 1 })
})

test('a forced function is called, and its output is answered', async () => {
  await using client = await startSandboxClient()
  const tools = [
    {
      type: 'function' as const,
      name: 'weather',
      strict: true,
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  ]
  const asked = await client.run({ tools, tool_choice: { type: 'function', name: 'weather' } })
  const [call] = itemsOf(asked, 'function_call')
  expect(JSON.parse(call?.arguments ?? '')).toEqual({ city: 'A quiet lake' })
  const told = await client.run({
    tools,
    previous_response_id: asked.id,
    input: [{ type: 'function_call_output', call_id: call?.call_id ?? '', output: '21 degrees' }],
  })
  expect(told.output_text).toContain('21 degrees')
})

test('streams events whose end is the response itself', async () => {
  await using client = await startSandboxClient()
  const stream = client.openai.responses.stream({ model: 'gpt-5.5', input: 'tell me', tools: [{ type: 'web_search' }] })
  const types = new Set<string>()
  for await (const event of stream) types.add(event.type)
  const final = await stream.finalResponse()
  expect(final.output_text).toMatch(/^# tell me/)
  for (const type of ['response.created', 'response.in_progress', 'response.output_text.delta', 'response.completed'])
    expect(types).toContain(type)
})

test('a background stream can be told again from any event', async () => {
  await using client = await startSandboxClient()
  const events = await Array.fromAsync(
    await client.openai.responses.create({ model: 'gpt-5.5', input: 'tell me', background: true, stream: true }),
  )
  expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index))
  const [first] = events
  if (first?.type !== 'response.created') throw new Error('no response.created')
  const again = await Array.fromAsync(await client.openai.responses.retrieve(first.response.id, { stream: true, starting_after: 3 }))
  expect(again).toEqual(events.slice(4))
})

function itemsOf<T extends ResponseOutputItem['type']>(response: Response, type: T): ItemOf<T>[] {
  return response.output.filter((item): item is ItemOf<T> => item.type === type)
}

function textOf(response: Response): ResponseOutputText {
  const part = itemsOf(response, 'message').at(-1)?.content[0]
  if (part?.type !== 'output_text') throw new Error('no text')
  return part
}
