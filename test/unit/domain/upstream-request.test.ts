import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../../src/domain/model.ts'
import { jobIdOf, objectionsTo, upstreamBody } from '../../../src/domain/upstream-request.ts'

const request = (change: JsonObject = {}): JsonObject => ({ model: 'gpt-x', input: 'why?', ...change })
const body = (change: JsonObject = {}, ids: Partial<Parameters<typeof upstreamBody>[1]> = {}) =>
  upstreamBody(request(change), { jobId: 'job_1', previousResponseId: null, safetyIdentifier: null, ...ids })

describe('objections', () => {
  test.each([
    request(),
    request({ background: true, store: true, stream: false }),
    request({ background: null, store: null, stream: null, metadata: null, conversation: null, previous_response_id: 'resp_1' }),
    request({ metadata: Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`k${i}`, 'v'.repeat(512)])) }),
    { model: 'x', prompt: { id: 'p' } },
    { model: 'x', previous_response_id: 'resp_1' },
    request({ tools: [{ type: 'a tool of tomorrow' }], odd: [[{}]] }),
  ])('there are none to %j', (good) => {
    expect(objectionsTo(good)).toBeNull()
  })

  test.each([
    [{ background: false }, 400, 'request.background'],
    [{ store: false }, 400, 'request.store'],
    [{ stream: true }, 400, 'request.stream'],
    [{ stream: 'yes' }, 400, 'request.stream'],
    [{ metadata: { longhaul_job: 'x' } }, 400, 'request.metadata.longhaul_job'],
    [{ metadata: [] }, 400, 'request.metadata'],
    [{ metadata: 'text' }, 400, 'request.metadata'],
    [{ metadata: { a: 1 } }, 400, 'request.metadata.a'],
    [{ metadata: { a: 'v'.repeat(513) } }, 400, 'request.metadata.a'],
    [{ metadata: { ['k'.repeat(65)]: 'v' } }, 400, `request.metadata.${'k'.repeat(64)}`],
    [{ metadata: Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`k${i}`, 'v'])) }, 400, 'request.metadata'],
    [{ model: ' ' }, 422, 'request.model'],
    [{ model: 7 }, 422, 'request.model'],
    [{ conversation: 'c', previous_response_id: 'r' }, 422, 'request.conversation'],
  ] as [JsonObject, number, string][])('there is one to %j, naming the field', (change, status, field) => {
    const objections = objectionsTo(request(change))
    expect(objections).toMatchObject({ status, details: [{ field }] })
  })

  test('all are told at once, ours before those of OpenAI', () => {
    expect(objectionsTo({ store: false, stream: true })?.details.map(({ field }) => field)).toEqual(['request.store', 'request.stream'])
    expect(objectionsTo({})?.details.map(({ field }) => field)).toEqual(['request.model', 'request.input'])
  })
})

describe('the body that goes to OpenAI', () => {
  test("is the user's own with what we need, unknown fields included", () => {
    expect(body({ odd: { deep: [1] }, temperature: 0, metadata: { a: 'b' }, stream: false })).toEqual({
      model: 'gpt-x',
      input: 'why?',
      odd: { deep: [1] },
      temperature: 0,
      background: true,
      store: true,
      include: ['code_interpreter_call.outputs', 'web_search_call.action.sources'],
      metadata: { a: 'b', longhaul_job: 'job_1' },
    })
  })

  test.each([
    [['reasoning.encrypted_content'], ['reasoning.encrypted_content', 'code_interpreter_call.outputs', 'web_search_call.action.sources']],
    [['web_search_call.action.sources'], ['web_search_call.action.sources', 'code_interpreter_call.outputs']],
    [null, ['code_interpreter_call.outputs', 'web_search_call.action.sources']],
  ] as [Json, string[]][])('asks for ours beside what %j asks for, once', (include, expected) => {
    expect(body({ include }).include).toEqual(expected)
  })

  test('names the parent and the end user where there are such, the user’s own word going first', () => {
    const ids = { previousResponseId: 'resp_0', safetyIdentifier: 'hash' }
    expect(body({}, ids)).toMatchObject({ previous_response_id: 'resp_0', safety_identifier: 'hash' })
    expect(body({ safety_identifier: 'mine' }, ids)).toMatchObject({ safety_identifier: 'mine' })
    expect(body()).not.toHaveProperty('previous_response_id')
  })

  test('leaves what it was made of as it was', () => {
    const given = request({ metadata: { a: 'b' }, include: [] })
    const before = structuredClone(given)
    upstreamBody(given, { jobId: 'job_1', previousResponseId: 'r', safetyIdentifier: 's' })
    expect(given).toEqual(before)
  })
})

test.each([
  [{ metadata: { longhaul_job: 'job_1' } }, 'job_1'],
  [{ metadata: { longhaul_job: 7 } }, null],
  [{ metadata: ['longhaul_job'] }, null],
  [{ metadata: null }, null],
  [{}, null],
] as [JsonObject, string | null][])('the job of %j is %j', (response, id) => {
  expect(jobIdOf(response)).toBe(id)
})
