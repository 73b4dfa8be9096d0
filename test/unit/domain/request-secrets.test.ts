import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../../../src/domain/model.ts'
import { joinSecrets, splitSecrets } from '../../../src/domain/request-secrets.ts'

const TOOL = {
  type: 'mcp',
  server_url: 'https://m.test',
  authorization: 'tok-1',
  headers: { 'x-key': 'tok-2', nested: ['tok-3', { a: 'tok-4' }] },
  network_policy: { domain_secrets: [{ domain: 'd.test', name: 'N', value: 'tok-5' }] },
}

test('no secret is left in what lies open, and all come back to their places', () => {
  const request = { model: 'm', input: 'authorization: stays', tools: [TOOL, { type: 'web_search' }] }
  const { open, secrets } = splitSecrets(request)
  expect(JSON.stringify(open)).not.toMatch(/tok-\d/)
  expect(open).toMatchObject({
    input: 'authorization: stays',
    tools: [{ type: 'mcp', server_url: 'https://m.test' }, { type: 'web_search' }],
  })
  expect(secrets).toContain('tok-5')
  expect(joinSecrets(open, secrets)).toEqual(request)
})

test('tools that stand in input items hide theirs too, and words stay in the open', () => {
  const input: Json = [
    { role: 'user', content: [{ type: 'input_text', text: 'headers and authorization' }] },
    { type: 'additional_tools', tools: [TOOL] },
    { type: 'shell_call', environment: { network_policy: TOOL.network_policy } },
    'longhaul:secret/0',
  ]
  const { open, secrets } = splitSecrets({ model: 'm', input, tools: [TOOL] })
  expect(JSON.stringify(open)).not.toMatch(/tok-\d/)
  expect(JSON.stringify(open)).toContain('headers and authorization')
  expect(joinSecrets(open, secrets)).toEqual({ model: 'm', input, tools: [TOOL] })
})

test('a placeholder that a user wrote is no way to a secret, and comes back as it was written', () => {
  const tools: Json = [
    { type: 'function', description: 'longhaul:secret/0', name: 'longhaul:secret/' },
    { ...TOOL, server_label: 'longhaul:secret/1' },
  ]
  const { open, secrets } = splitSecrets({ model: 'm', tools })
  expect(joinSecrets(open, secrets)).toEqual({ model: 'm', tools })
})

test.each([{}, { tools: null }, { tools: 'text' }, { tools: [] }, { tools: [null, 7] }] as JsonObject[])(
  'a request with %j is left alone',
  (request) => {
    const { open, secrets } = splitSecrets(request)
    expect(secrets).toEqual([])
    expect(joinSecrets(open, secrets)).toEqual(request)
  },
)

test('whatever the tools are, through storage and back they are the same', () => {
  const key = fc.oneof(fc.constantFrom('authorization', 'headers', 'domain_secrets', 'type', '__proto__', 'constructor'), fc.string())
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('longhaul:secret/0', 'longhaul:secret/', 'longhaul:secret/x', 'longhaul:secret/-1'),
  )
  const { tools } = fc.letrec<{ tools: Json }>((tie) => ({
    tools: fc.oneof(
      { depthSize: 'medium' },
      text,
      fc.integer(),
      fc.constant(null),
      fc.array(tie('tools'), { maxLength: 4 }),
      fc.dictionary(key, tie('tools'), { maxKeys: 4 }),
    ),
  }))
  fc.assert(
    fc.property(tools, (given) => {
      const request = JSON.parse(JSON.stringify({ model: 'm', tools: given })) as JsonObject
      const { open, secrets } = splitSecrets(request)
      const kept = JSON.parse(JSON.stringify(open)) as JsonObject
      expect(JSON.stringify(joinSecrets(kept, JSON.parse(JSON.stringify(secrets)) as string[]))).toBe(JSON.stringify(request))
    }),
  )
})
