import { BadRequestError, NotFoundError } from 'openai'
import { expect, test } from 'vitest'
import { scenario, startSandboxClient } from './support/sandbox-client.ts'
import type { SandboxClient } from './support/sandbox-client.ts'

async function asked(client: SandboxClient, name: string) {
  const response = await client.run(scenario(name))
  const calls = response.output.filter((item): item is typeof item & { id: string; call_id: string } => 'call_id' in item)
  return { response, calls }
}

const tell = (client: SandboxClient, parent: string, input: object[]) =>
  client.run({ previous_response_id: parent, input: input as never, ...scenario('function_call:2') })

test('a continuation that answers every call ends with a message, whatever the scenario asked for before', async () => {
  await using client = await startSandboxClient()
  const { response, calls } = await asked(client, 'function_call:2')
  const answers = calls.map(({ call_id }, index) => ({ type: 'function_call_output', call_id, output: `answer ${index}` }))
  const told = await tell(client, response.id, answers)
  expect(told.status).toBe('completed')
  expect(told.output_text).toContain('answer 0')
  expect(told.output_text).toContain('A quiet lake')
  const more = await client.run({ previous_response_id: told.id, input: 'and then?' })
  expect(more.output_text).toContain('and then?')
})

test('a call without its output is refused by its id, and nothing is made', async () => {
  await using client = await startSandboxClient()
  const { response, calls } = await asked(client, 'function_call:2')
  const [first, second] = calls
  const refused = tell(client, response.id, [{ type: 'function_call_output', call_id: first?.call_id, output: 'x' }])
  await expect(refused).rejects.toThrow(`No tool output found for function call ${second?.call_id}.`)
  await expect(client.run({ previous_response_id: response.id, input: 'hm?' })).rejects.toThrow(BadRequestError)
  expect(client.sandbox.state.responses.size).toBe(1)
})

test('an output for a call that is not there is refused, and so is an approval', async () => {
  await using client = await startSandboxClient()
  const { response, calls } = await asked(client, 'function_call')
  const right = { type: 'function_call_output', call_id: calls[0]?.call_id, output: 'x' }
  await expect(tell(client, response.id, [right, { ...right, call_id: 'call_x' }])).rejects.toThrow(
    'No tool call found for function call output with call_id call_x.',
  )
  const approval = { type: 'mcp_approval_response', approval_request_id: 'mcpr_x', approve: true }
  await expect(tell(client, response.id, [right, approval])).rejects.toThrow('mcpr_x')
})

test.each(['custom_tool_call', 'computer_call', 'local_shell_call'])('a %s is answered by its own kind of output', async (name) => {
  await using client = await startSandboxClient()
  const { response, calls } = await asked(client, name)
  const [call] = calls
  await expect(tell(client, response.id, [])).rejects.toThrow(`${name.replaceAll('_', ' ')} ${call?.call_id}`)
  const ids = name === 'local_shell_call' ? { id: call?.call_id } : { call_id: call?.call_id }
  expect((await tell(client, response.id, [{ type: `${name}_output`, ...ids, output: 'x' }])).output_text).toContain('x')
})

test('a picture named by an id that no response holds is a 404', async () => {
  await using client = await startSandboxClient()
  const gone = client.run({ input: [{ type: 'image_generation_call', id: 'ig_x' }] as never })
  await expect(gone).rejects.toThrow(NotFoundError)
  await expect(gone).rejects.toThrow("Item with id 'ig_x' not found.")
})
