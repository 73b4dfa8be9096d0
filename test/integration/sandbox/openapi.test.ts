import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { beforeEach, describe, expect, test } from 'vitest'
import { scenarios, type ScenarioName } from '../../../src/sandbox/index.ts'
import { scenario, startSandboxClient } from './support/sandbox-client.ts'

// OpenAI's published description; the project keeps no copy, so without it there is nothing to compare with.
const path = fileURLToPath(new URL('../../../../shared/openai-spec/openapi-subset.json', import.meta.url))
const absent = !existsSync(path)

// These answer on purpose what no schema allows, or what the description is too old to know.
const beyondTheSchema: ReadonlySet<ScenarioName> = new Set([
  'fail_quota',
  'incomplete_unknown_reason',
  'mcp_errors',
  'unknown_item',
  'empty_action',
  'null_url',
  'citations_odd',
])

const include = '?include[]=code_interpreter_call.outputs&include[]=web_search_call.action.sources&include[]=file_search_call.results'

beforeEach(({ skip }) => skip(absent, 'there is no ../shared/openai-spec/openapi-subset.json to compare with'))

describe("against OpenAI's own description", () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  if (!absent) ajv.addSchema(JSON.parse(readFileSync(path, 'utf8')) as object, 'openai')
  const schema = (name: string): ValidateFunction =>
    ajv.getSchema(`openai#/components/schemas/${name}`) ?? ajv.compile({ $ref: `openai#/components/schemas/${name}` })

  function expectValid(name: string, value: unknown): void {
    const validate = schema(name)
    validate(withoutLooseNulls(value))
    expect(validate.errors ?? []).toEqual([])
  }

  const requests: Record<string, object> = {
    text: {},
    images: { tools: [{ type: 'image_generation', size: '64x64' }] },
    research: { tools: [{ type: 'web_search' }], reasoning: { effort: 'high', summary: 'auto' } },
    code: { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] },
    'file search': { tools: [{ type: 'file_search', vector_store_ids: ['vs_1'] }] },
    functions: {
      tools: [{ type: 'function', name: 'f', strict: true, parameters: { type: 'object', properties: {} } }],
      tool_choice: { type: 'function', name: 'f' },
    },
    mcp: { tools: [{ type: 'mcp', server_label: 'library', server_url: 'https://library.example' }] },
    json: { text: { format: { type: 'json_schema', name: 'x', schema: { type: 'object', properties: {} } } } },
  }

  test.each(Object.entries(requests))('%s: the response, queued and final, and its input items', async (_, request) => {
    await using client = await startSandboxClient()
    const body = JSON.stringify({ model: 'gpt-5.5-pro', input: 'A quiet lake', background: true, ...request })
    const queued = (await (await client.fetch('/responses', { method: 'POST', body })).json()) as { id: string }
    expectValid('Response', queued)
    await client.sandbox.state.settled()
    const final = (await (await client.fetch(`/responses/${queued.id}${include}`)).json()) as { status: string; output: OpenCall[] }
    expect(final.status).toBe('completed')
    expectValid('Response', final)
    const follow = JSON.stringify({
      model: 'm',
      input: [
        ...final.output.flatMap(answersTo),
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'and?' },
            { type: 'input_image', image_url: 'https://example.org/x.png' },
          ],
        },
      ],
      previous_response_id: queued.id,
    })
    const { id } = (await (await client.fetch('/responses', { method: 'POST', body: follow })).json()) as { id: string }
    const list = (await (await client.fetch(`/responses/${id}/input_items`)).json()) as { data: OpenCall[] }
    // The description requires a `request_id` of an approval, which it does not describe.
    const data = list.data.filter(({ type }) => type !== 'mcp_approval_response')
    expectValid('ResponseItemList', { ...list, data })
  })

  const answers = Object.entries(scenarios).flatMap(([name, { at }]) => (at === 'answer' || at === 'run' ? [name as ScenarioName] : []))

  test.each(answers.filter((name) => !beyondTheSchema.has(name)))('%s is still a response', async (name) => {
    await using client = await startSandboxClient()
    const count = /huge/.test(name) ? ':20000' : ''
    const { id } = await client.create({ ...scenario(`${name}${count}`), tools: [{ type: 'image_generation', size: '64x64' }] as never })
    await client.sandbox.state.settled()
    expectValid('Response', await (await client.fetch(`/responses/${id}${include}`)).json())
  })

  test('models, containers, their files, and webhook events', async () => {
    await using client = await startSandboxClient()
    const done = await client.run(requests.code)
    const call = done.output.find((item) => item.type === 'code_interpreter_call')
    const container = `/containers/${call?.container_id}`
    expectValid('ListModelsResponse', await (await client.fetch('/models')).json())
    expectValid('ContainerResource', await (await client.fetch(container)).json())
    expectValid('ContainerListResource', await (await client.fetch('/containers')).json())
    expectValid('ContainerFileListResource', await (await client.fetch(`${container}/files`)).json())
    expectValid('ErrorResponse', await (await client.fetch('/responses/resp_x')).json())
  })
})

interface OpenCall {
  type: string
  id: string
  call_id?: string
}

function answersTo({ type, id, call_id }: OpenCall): object[] {
  if (type === 'function_call') return [{ type: 'function_call_output', call_id, output: '21 degrees' }]
  if (type === 'mcp_approval_request') return [{ type: 'mcp_approval_response', approval_request_id: id, approve: true }]
  return []
}

/** The description's own examples have null where its schema has none: `usage` and `user`. */
function withoutLooseNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([key, field]) => field !== null || (key !== 'usage' && key !== 'user')))
}
