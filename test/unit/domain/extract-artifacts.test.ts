import { expect, test } from 'vitest'
import { extractArtifacts } from '../../../src/domain/extract-artifacts.ts'
import { createIds, isId } from '../../../src/domain/ids.ts'
import type { Json, JsonObject } from '../../../src/domain/model.ts'
import type { KeptPayload } from '../../../src/domain/store-payload.ts'
import { T0, turnRow } from '../../support/database-rows.ts'

const ids = createIds({
  clock: { now: () => T0, every: () => () => undefined },
  random: { next: () => 0, bytes: (count) => new Uint8Array(count) },
})
const turn = turnRow({ id: ids.next('turn') })
const media = { contentType: 'image/png', extension: 'png', width: 2, height: 3 }
const stored = { objectKey: 'k', bytes: 9, sha256: 'aa', media }

function payload(path: string, change: Partial<KeptPayload> = {}): KeptPayload {
  return { artifactId: ids.derive('art', turn.id, path), path, prefix: '', stored, error: null, ...change }
}

const extract = (output: Json, kept: KeptPayload[] = []) => extractArtifacts(ids, { turn, response: { output }, kept, at: T0 })

test.each([
  ['image_generation_call', 'image'],
  ['code_interpreter_call', 'figure'],
  ['computer_call_output', 'screenshot'],
  ['message', 'audio'],
  ['an item of tomorrow', 'file'],
  ['constructor', 'file'],
  ['__proto__', 'file'],
  [7, 'file'],
] as [Json, string][])('a payload in an item of type %j is of kind %s', (type, kind) => {
  expect(extract([{ type, id: 'it_1' }], [payload('output/0/result')])).toEqual([expect.objectContaining({ kind, status: 'stored' })])
})

test('an artifact is described by the item that its payload stood in', () => {
  const output: Json = [
    { type: 'message' },
    { type: 'image_generation_call', id: 'ig/../1', revised_prompt: 'a cat', size: '2x3', quality: 'high', secret: 'x', result: 'r' },
  ]
  expect(extract(output, [payload('output/1/result', { prefix: 'data:image/png;base64,' })])).toEqual([
    expect.objectContaining({
      filename: 'ig_.._1.png',
      itemId: 'ig/../1',
      itemType: 'image_generation_call',
      revisedPrompt: 'a cat',
      params: { size: '2x3', quality: 'high' },
      path: 'output/1/result',
      prefix: 'data:image/png;base64,',
      width: 2,
    }),
  ])
})

test.each(['output/9/result', 'output/x/result', 'elsewhere', ''])('a payload at %j, where no item is, is still kept', (path) => {
  const [artifact] = extract([null, 7], [payload(path)])
  expect(artifact).toMatchObject({ kind: 'file', itemType: 'unknown', itemId: null, filename: `${artifact?.id}.png` })
})

test('a payload that could not be stored is a failed artifact that says why', () => {
  const kept = [payload('output/0/result', { stored: null, error: 'broken' })]
  expect(extract([{ type: 'image_generation_call', result: 'still here' }], kept)).toEqual([
    expect.objectContaining({ status: 'failed', error: 'broken', objectKey: null, bytes: null, contentType: 'application/octet-stream' }),
  ])
})

test.each([
  [{ code: 'moderation_blocked', message: 'no' }, 'blocked', 'no'],
  [{ code: 'server_error' }, 'failed', 'server_error'],
  [{}, 'failed', 'withheld'],
] as [JsonObject, string, string][])('a picture withheld with %j is %s', (error, status, told) => {
  const [artifact, ...rest] = extract([{ type: 'image_generation_call', id: 'ig_1', result: null, error }])
  expect(artifact).toMatchObject({ kind: 'image', status, error: told, objectKey: null })
  expect(isId('art', artifact?.id ?? '')).toBe(true)
  expect(rest).toEqual([])
})

test.each([
  { type: 'image_generation_call', result: 'longhaul:artifact/art_1', error: { code: 'x' } },
  { type: 'image_generation_call', result: null, error: null },
  { type: 'mcp_call', error: { code: 'x' } },
] as JsonObject[])('of %j nothing was withheld', (item) => {
  expect(extract([item])).toEqual([])
})

test.each([null, {}, 'x', [null, 7, 'x', [], {}]] as Json[])('an output of %j has none', (output) => {
  expect(extract(output)).toEqual([])
})
