import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../../src/domain/model.ts'
import { openResponse } from '../../../src/domain/open-response.ts'
import type { OpenAi } from '../../../src/domain/ports.ts'
import { splitResponse } from '../../../src/openai/response-splitter.ts'
import { eachWorld } from '../../support/domain-context.ts'
import { itemFixtures } from '../../support/item-fixtures.ts'
import { bytes } from '../../support/scripted-openai.ts'

const world = eachWorld()
const fixtures = itemFixtures()

/** A reply read off the wire as the adapter does it. */
function wire(text: string): OpenAi['retrieve'] {
  return async (_id, { sink }) => {
    const left = await splitResponse(async () => bytes(text), { sink })
    return { outcome: 'found', text: left, response: JSON.parse(left) as JsonObject }
  }
}

async function keep(text: string) {
  const w = world()
  const { job, turn } = await w.started()
  w.openai.onRetrieve = wire(text)
  w.openai.onList = async () => [{ id: 'cfile_1', path: '/mnt/data/tides.csv', bytes: 9, source: 'assistant', createdAt: null }]
  w.openai.onFile = async () => ({ outcome: 'found', body: bytes('port,high') })
  const outcome = await w.run('collect-turn', { turnId: turn.id })
  const result = await w.app.store.results.getForTurn(turn.id)
  if (result === null) throw new Error(`the turn ended ${outcome} without a result`)
  return { w, job, result, artifacts: await w.artifacts(job.id) }
}

test.each(fixtures)('$name comes back, payloads in place, byte for byte as it came', async ({ text, response }) => {
  const { w, result } = await keep(text)
  const stream = await openResponse(w.app, { result, signal: AbortSignal.timeout(10_000) })
  const back = Buffer.concat(await Array.fromAsync(stream)).toString()
  expect(JSON.parse(back)).toEqual(response)
  expect(back).toBe(text)
  expect(result.items).toHaveLength((response.output as unknown[]).length)
})

test.each([
  ['image_generation_call', ['image stored image/png 4', 'image blocked application/octet-stream null']],
  ['code_interpreter_call', ['figure stored image/png 8', 'file stored text/csv null']],
  ['computer_call_output', ['screenshot stored image/png 8']],
  ['function_call_output', ['input stored image/png 8']],
  ['shell_call', ['file stored text/csv null']],
  ['message', ['file stored text/csv null']],
])('what is worth keeping of %s is stored', async (name, expected) => {
  const { artifacts } = await keep(fixtures.find((fixture) => fixture.name === name)?.text ?? '')
  const told = artifacts.map(({ kind, status, contentType, width }) => `${kind} ${status} ${contentType} ${width}`)
  expect(told.toSorted()).toEqual(expected.toSorted())
})

test('a stored figure is named by its item, and a cited file by its citation', async () => {
  const textOf = (name: string) => fixtures.find((fixture) => fixture.name === name)?.text ?? ''
  const code = await keep(textOf('code_interpreter_call'))
  const figure = code.artifacts.find(({ kind }) => kind === 'figure')
  expect(code.result.items[0]?.detail).toMatchObject({ artifact_ids: [figure?.id] })
  expect(code.result.items[0]?.summary).toBe('Ran 2 lines of code with logs and 1 figure')
  const cited = await keep(textOf('message'))
  expect(cited.result.citations.find(({ containerId }) => containerId === 'cntr_1')?.artifactId).toBe(cited.artifacts[0]?.id)
})
