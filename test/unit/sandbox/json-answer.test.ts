import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { jsonAnswer } from '../../../src/sandbox/answers/json-answer.ts'

const schemas: Record<string, object> = {
  'a flat object': {
    type: 'object',
    properties: { name: { type: 'string', minLength: 30 }, age: { type: 'integer', minimum: 18 } },
    required: ['name', 'age'],
    additionalProperties: false,
  },
  'lists, enums and unions': {
    type: 'object',
    properties: {
      tags: { type: 'array', items: { enum: ['a', 'b'] }, minItems: 3 },
      note: { anyOf: [{ type: 'null' }, { type: 'string' }] },
      share: { type: ['number', 'null'], maximum: 0.5 },
    },
    required: ['tags', 'note', 'share'],
    additionalProperties: false,
  },
  'a reference to itself': {
    type: 'object',
    properties: { value: { type: 'string' }, next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } },
    required: ['value'],
    additionalProperties: false,
  },
  'a definition': {
    type: 'object',
    properties: { step: { $ref: '#/$defs/step' } },
    required: ['step'],
    $defs: { step: { type: 'object', properties: { done: { type: 'boolean' } }, required: ['done'] } },
  },
}

test.each(Object.entries(schemas))('an answer satisfies a schema with %s', (_, schema) => {
  const valid = new Ajv2020({ strict: false }).compile(schema)
  const answer: unknown = JSON.parse(jsonAnswer({ type: 'json_schema', name: 'x', schema }, 'A quiet lake') ?? '')
  valid(answer)
  expect(valid.errors ?? []).toEqual([])
})

test('plain text wants no json', () => {
  expect(jsonAnswer({ type: 'text' }, 'A quiet lake')).toBeUndefined()
})
