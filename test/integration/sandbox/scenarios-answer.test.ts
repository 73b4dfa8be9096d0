import { describe, expect, test } from 'vitest'
import { scenario, startSandboxClient } from './support/sandbox-client.ts'

test.each([
  ['refusal', ['message']],
  ['function_call:2', ['function_call', 'function_call']],
  ['custom_tool_call', ['custom_tool_call']],
  ['computer_call', ['computer_call']],
  ['local_shell_call', ['local_shell_call']],
  ['mcp_approval', ['mcp_list_tools', 'mcp_approval_request']],
  ['mcp_errors', ['mcp_call', 'mcp_call', 'mcp_call', 'image_generation_call', 'message']],
  ['unknown_item', ['image_generation_call', 'telepathy_call', 'hologram', 'message']],
  ['images:2', ['image_generation_call', 'image_generation_call', 'message']],
])('%s is completed with %j', async (name, types) => {
  await using client = await startSandboxClient()
  const done = await client.run({ ...scenario(name), ...small })
  expect([done.status, ...done.output.map(({ type }) => type)]).toEqual(['completed', 'reasoning', ...types])
})

const small = { tools: [{ type: 'image_generation', size: '64x64' }] as never, tool_choice: 'auto' as const }

test('empty_output and usage_missing leave out what is usually there', async () => {
  await using client = await startSandboxClient()
  expect(await client.run(scenario('empty_output'))).toMatchObject({ status: 'completed', output: [] })
  expect(await client.run(scenario('usage_missing'))).toMatchObject({ status: 'completed', usage: null })
})

test('an approval given is followed by the call', async () => {
  await using client = await startSandboxClient()
  const tools = [{ type: 'mcp' as const, server_label: 'library', server_url: 'https://library.example', authorization: 'secret' }]
  const asked = await client.run({ tools })
  expect(JSON.stringify(asked)).not.toContain('secret')
  const request = asked.output.find((item) => item.type === 'mcp_approval_request')
  const answered = await client.run({
    tools,
    previous_response_id: asked.id,
    input: [{ type: 'mcp_approval_response', approval_request_id: request?.id ?? '', approve: true }],
  })
  expect(answered.output.find((item) => item.type === 'mcp_call')).toMatchObject({ status: 'completed', approval_request_id: request?.id })
})

test('empty_action and null_url make search items that strict readers choke on', async () => {
  await using client = await startSandboxClient()
  const searches = (await client.run(scenario('empty_action:4'))).output.filter((item) => item.type === 'web_search_call')
  expect(searches.filter(({ action }) => action === undefined)).toHaveLength(2)
  expect(searches.filter(({ action }) => JSON.stringify(action) === '{}')).toHaveLength(2)
  const odd = JSON.stringify(await client.run(scenario('null_url'), ['web_search_call.action.sources']))
  expect(odd).toContain('"type":"open_page","url":null')
  expect(odd).toContain('"type":"api"')
})

test('include_needs_both keeps outputs back unless asked for twice', async () => {
  await using client = await startSandboxClient()
  const tools = [{ type: 'code_interpreter' as const, container: { type: 'auto' as const } }]
  const include = ['code_interpreter_call.outputs' as const]
  const outputs = async (onCreate: boolean): Promise<unknown> => {
    const done = await client.run({ tools, ...scenario('include_needs_both'), ...(onCreate && { include }) }, include)
    return done.output.find((item) => item.type === 'code_interpreter_call')?.outputs?.length
  }
  expect([await outputs(false), await outputs(true)]).toEqual([undefined, 2])
})

test('odd texts, citations and numbers survive the wire', async () => {
  await using client = await startSandboxClient()
  const done = await client.run(scenario('text_odd', 'citations_odd'))
  expect(done.output_text).toContain('\u0000 lone:\ud800')
  expect(JSON.stringify(done.output)).toContain('"start_index":9000')
  const { id } = await client.run(scenario('big_integer'))
  expect(await (await client.fetch(`/responses/${id}`)).text()).toContain('"sandbox_big":9007199254740993')
  expect((await client.run(scenario('text_huge:50000'))).output_text.length).toBeGreaterThan(50_000)
})

describe('images', () => {
  async function imageOf(name: string): Promise<{ item: Record<string, unknown>; truth: string | undefined; head: string }> {
    await using client = await startSandboxClient()
    const done = await client.run({ ...small, ...scenario(name) })
    const item = done.output.find(({ type }) => type === 'image_generation_call') as unknown as Record<string, unknown>
    const head = Buffer.from(String(item.result), 'base64').toString('latin1', 0, 4)
    return { item, head, truth: client.sandbox.state.artifacts.get(done.id)?.[0]?.contentType }
  }

  test('image_generating has a whole result under a status that says otherwise', async () => {
    expect(await imageOf('image_generating')).toMatchObject({ item: { status: 'generating' }, head: '\u0089PNG', truth: 'image/png' })
  })

  test('image_moderation_blocked and image_failed have none', async () => {
    expect(await imageOf('image_moderation_blocked')).toMatchObject({
      item: { result: null, error: { code: 'moderation_blocked', type: 'image_generation_user_error' } },
      truth: undefined,
    })
    expect(await imageOf('image_failed')).toMatchObject({ item: { status: 'failed', result: null }, truth: undefined })
  })

  test('image_svg_lie and image_gif_lie call themselves png', async () => {
    expect(await imageOf('image_svg_lie')).toMatchObject({ item: { output_format: 'png' }, head: '<svg', truth: 'image/svg+xml' })
    expect(await imageOf('image_gif_lie')).toMatchObject({ item: { output_format: 'png' }, head: 'GIF8', truth: 'image/gif' })
  })

  test('image_broken_base64 and image_not_an_image are no pictures, image_dirty_base64 is one', async () => {
    expect((await imageOf('image_broken_base64')).item.result).toMatch(/^%%%/)
    expect(await imageOf('image_not_an_image')).toMatchObject({ head: 'no p', truth: undefined })
    expect(await imageOf('image_dirty_base64')).toMatchObject({
      item: { result: expect.stringContaining('\r\n') },
      head: '\u0089PNG',
      truth: 'image/png',
    })
  })

  test('image_huge and file_huge are as big as asked', async () => {
    expect(Buffer.from(String((await imageOf('image_huge:300000')).item.result), 'base64')).toHaveLength(300_000)
    await using client = await startSandboxClient()
    const done = await client.run(scenario('file_huge:200000'))
    expect(client.sandbox.state.artifacts.get(done.id)).toContainEqual(
      expect.objectContaining({ filename: 'huge.bin', bytes: 200_000, cited: true }),
    )
  })
})
