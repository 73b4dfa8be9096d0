import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readScenario, scenarios } from '../../../src/sandbox/scenarios.ts'

const page = readFileSync(new URL('../../../docs/sandbox.md', import.meta.url), 'utf8')

test.each(Object.entries(scenarios))('docs/sandbox.md says what %s does', (name, { doc }) => {
  expect(page).toContain(`\`${name}\``)
  expect(page).toContain(doc)
})

describe('sandbox_scenario', () => {
  test('takes several names, with and without a count', () => {
    const read = readScenario({ sandbox_scenario: 'webhook_duplicate:3, image_generating ,create_500:always' })
    expect(read.names).toEqual(['webhook_duplicate', 'image_generating', 'create_500'])
    expect([read.n('webhook_duplicate'), read.n('create_500'), read.n('refusal')]).toEqual([3, Infinity, 0])
  })

  test('falls back to the count of the table', () => {
    expect(readScenario({ sandbox_scenario: 'retrieve_404_first' }).n('retrieve_404_first')).toBe(2)
  })

  test('refuses a name or a count it does not know', () => {
    expect(() => readScenario({ sandbox_scenario: 'creat_500' })).toThrow("Unknown sandbox scenario 'creat_500'")
    expect(() => readScenario({ sandbox_scenario: 'create_500:often' })).toThrow("'often' is neither")
    expect(() => readScenario({ sandbox_scenario: 'constructor' })).toThrow('Unknown')
  })
})
