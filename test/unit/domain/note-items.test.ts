import fc from 'fast-check'
import type { ResponseOutputItem } from 'openai/resources/responses/responses'
import { describe, expect, test } from 'vitest'
import { ITEM_TYPES } from '../../../src/domain/items/item-types.ts'
import type { ItemType } from '../../../src/domain/items/item-types.ts'
import type { Json, JsonObject } from '../../../src/domain/model.ts'
import { noteItems } from '../../../src/domain/note-items.ts'
import { itemFixtures } from '../../support/item-fixtures.ts'

/** Does not compile when OpenAI's own types name an item that we do not, or the other way round. */
const unnamed: Exclude<ResponseOutputItem['type'], ItemType>[] = []
const invented: Exclude<ItemType, ResponseOutputItem['type']>[] = []

const fixtures = itemFixtures()
const notesOf = (name: string) => noteItems(fixtures.find((fixture) => fixture.name === name)?.response ?? {})
const note = (item: JsonObject) => noteItems({ output: [item] })[0]

test('every type that OpenAI’s types name is known, and has a fixture', () => {
  expect([...unnamed, ...invented]).toEqual([])
  expect(ITEM_TYPES).toHaveLength(28)
  const names = fixtures.map(({ name }) => name)
  expect(ITEM_TYPES.filter((type) => !names.includes(type))).toEqual([])
})

test.each([
  ['additional_tools', ['Got 2 tools']],
  ['apply_patch_call', ['Changes src/tide.ts (3 lines)', 'Deletes old.ts']],
  ['apply_patch_call_output', ['The patch failed: context not found']],
  ['code_interpreter_call', ['Ran 2 lines of code with logs', 'Ran code']],
  ['compaction', ['Compacted what came before']],
  ['computer_call', ['Uses the computer: click, type, with 1 safety check to settle']],
  ['computer_call_output', ['Gave a screenshot']],
  ['custom_tool_call', ['Calls sql: select 1']],
  ['custom_tool_call_output', ['Was given: 1 row']],
  ['file_search_call', ['Searched files for “tides”: 1 result']],
  ['function_call', ['Calls sea.get_tide({"port":"Brest"})']],
  ['function_call_output', ['Was given: high at noon']],
  ['image_generation_call', ['Picture, 4x3, png', 'No picture: Blocked by the safety system.']],
  ['local_shell_call', ['Wants to run ls -la']],
  ['local_shell_call_output', ['The local shell gave: total 0']],
  ['mcp_approval_request', ['Asks to call library.delete']],
  ['mcp_approval_response', ['Was denied the call: too risky']],
  [
    'mcp_call',
    [
      'Called library.search',
      'Called library.fetch, which failed: no such page',
      'Called library.fetch, which failed: bad gateway',
      'Called library.fetch, which failed: an old plain text',
    ],
  ],
  ['mcp_list_tools', ['Listed the tools of library: 2 tools']],
  ['message', [expect.stringContaining('Answer, with 5 citations: “Tides turn twice a day')]],
  ['program', ['Wrote a program of 1 line of code']],
  ['program_output', ['The program gave: 2']],
  ['reasoning', ['Thought: “Comparing sources They differ by a factor.”']],
  ['refusal', ['Refused: “I cannot help with that.”']],
  ['shell_call', ['Runs ls /mnt/data and 1 more']],
  ['shell_call_output', ['The shell ended: exit 0, timeout']],
  ['tool_search_call', ['Looked for tools']],
  ['tool_search_output', ['Got 1 tool']],
  ['unknown', ['An item of an unknown type, telepathy_call', 'No picture', ...Array(2).fill('An item of an unknown type, unknown')]],
  [
    'web_search_call',
    [
      'Searched the web for “tides estuary” and 1 more: 2 sources',
      'Opened https://atlas.example/tides',
      'Opened a page',
      'Looked for “spring tide” in https://atlas.example/tides',
      'Searched the web',
      'Searched the web',
    ],
  ],
])('%s is told in a line', (name, summaries) => {
  expect(notesOf(name).map(({ summary }) => summary)).toEqual(summaries)
})

test.each([
  ['code_interpreter_call', { logs: '3.141592653589793\n', container_id: 'cntr_1' }],
  ['web_search_call', { queries: ['tides estuary', 'tidal power'], sources: [{ type: 'url' }, { type: 'api', name: 'oai-weather' }] }],
  ['file_search_call', { results: [{ file_id: 'file-1', filename: 'notes.pdf', score: 0.91 }] }],
  ['mcp_call', { server_label: 'library', arguments: '{"query":"tides"}', approval_request_id: 'mcpr_1' }],
  ['mcp_approval_response', { approval_request_id: 'mcpr_1', approve: false, reason: 'too risky' }],
  ['function_call', { call_id: 'call_1', name: 'get_tide', arguments: '{"port":"Brest"}' }],
  ['computer_call', { actions: [{ type: 'click', x: 10, y: 20 }, { type: 'type' }], safety_checks: ['Looks odd'] }],
  [
    'shell_call_output',
    {
      outputs: [
        { stdout: 'tides.csv\n', outcome: 'exit 0' },
        { stderr: 'slow', outcome: 'timeout' },
      ],
    },
  ],
  ['apply_patch_call', { operation: 'update_file', path: 'src/tide.ts', diff: '@@\n-1\n+2' }],
  ['refusal', { refusal: 'I cannot help with that.' }],
  ['reasoning', { summary: ['**Comparing sources**\n\nThey differ by a factor.'], encrypted: true }],
  ['compaction', { encrypted_characters: 308 }],
])('what is worth showing of %s is there', (name, detail) => {
  expect(notesOf(name)[0]?.detail).toMatchObject(detail)
})

test('the environment of a local command, where secrets are, is not told', () => {
  expect(JSON.stringify(notesOf('local_shell_call'))).not.toContain('not-for-people')
})

describe('an item', () => {
  test('keeps its place among others that are none', () => {
    expect(notesOf('unknown').map(({ index, type }) => [index, type])).toEqual([
      [0, 'telepathy_call'],
      [1, 'image_generation_call'],
      [2, 'unknown'],
      [3, 'unknown'],
    ])
  })

  test('with a name of our own language is as unknown as any other', () => {
    for (const type of ['constructor', '__proto__', 'toString']) expect(note({ type })?.summary).toBe(`An item of an unknown type, ${type}`)
  })

  test('that is huge is told shortly, and never in half characters', () => {
    const told = note({
      type: 'code_interpreter_call',
      code: '🌊'.repeat(1_000_000),
      outputs: [{ type: 'logs', logs: 'x'.repeat(1_000_000) }],
    })
    expect(JSON.stringify(told).length).toBeLessThan(12_000)
    expect(JSON.stringify(told)).not.toMatch(/\\ud[89a-f]/)
  })

  test('past what all may take together has its line alone', () => {
    const output = Array.from({ length: 300 }, () => ({ type: 'code_interpreter_call', code: 'x'.repeat(4_000) }))
    const notes = noteItems({ output })
    expect(notes[0]?.detail).toBeDefined()
    expect(notes.at(-1)).toMatchObject({ summary: 'Ran 1 line of code' })
    expect(notes.at(-1)?.detail).toBeUndefined()
  })
})

test('whatever an item of a known type holds, telling it never throws', () => {
  const fields = fixtures.flatMap(({ response }) => (response.output as Json[]).flatMap((item) => Object.keys(item as object)))
  const item = fc.dictionary(fc.constantFrom(...new Set(fields)), fc.jsonValue({ maxDepth: 4 }))
  fc.assert(
    fc.property(fc.constantFrom(...ITEM_TYPES), item, (type, given) => {
      const [told] = noteItems({ output: [{ ...given, type }] })
      expect(told?.summary.length).toBeLessThan(400)
      expect(told?.summary).not.toMatch(/\n/)
    }),
    { numRuns: 500 },
  )
})
