import { expect, test } from 'vitest'
import { createClock } from '../../../src/sandbox/clock.ts'
import { parseCreateRequest } from '../../../src/sandbox/responses/create-request.ts'
import { createResponse } from '../../../src/sandbox/responses/create-response.ts'
import { createResponseStore } from '../../../src/sandbox/responses/response-store.ts'
import type { ResponseStatus } from '../../../src/sandbox/responses/wire.ts'
import { readScenario } from '../../../src/sandbox/scenarios.ts'

function createKept(limits: { kept: number; weight: number }, statuses: readonly ResponseStatus[]): boolean[] {
  const clock = createClock()
  const responses = createResponseStore(clock, limits)
  const request = parseCreateRequest({ model: 'm', input: 'x' })
  const made = statuses.map((status) => {
    const response = createResponse({ responses, clock }, { request, scenario: readScenario({}) })
    response.body.status = status
    response.body.output = [{ type: 'image_generation_call', result: 'x'.repeat(100) }]
    if (status === 'completed') responses.weigh(response)
    return response
  })
  return made.map(({ id }) => responses.find(id) !== undefined)
}

test('beyond the number kept, the oldest finished response is forgotten and a running one stays', () => {
  expect(createKept({ kept: 2, weight: 10_000 }, ['queued', 'completed', 'completed', 'completed'])).toEqual([true, false, false, true])
})

test('beyond the weight kept, the oldest pictures are forgotten', () => {
  expect(createKept({ kept: 100, weight: 250 }, ['completed', 'completed', 'completed'])).toEqual([false, true, true])
})
