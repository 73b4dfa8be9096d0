import { expect, test } from 'vitest'
import { requests } from '../support/requests.ts'
import { startSetup } from '../support/setups.ts'
import { startTestApp } from '../support/start-app.ts'

test('what a job asked, said and made is found, and so is the data of a structured answer', async () => {
  await using host = await startSetup('embedded')
  await using here = await startTestApp(host)
  const schema = { type: 'object', properties: { verdict: { enum: ['tidal'] } }, required: ['verdict'], additionalProperties: false }
  const asked = { model: 'gpt-5.5', input: 'Judge the estuary.', text: { format: { type: 'json_schema', name: 'verdict', schema } } }
  const [kite, files, verdict] = await Promise.all(
    [{ ...requests.image(), input: 'A red kite over a green field' }, requests.code(), asked].map(async (request) => {
      const { id } = await here.api.submit({ request })
      return here.api.settled(id)
    }),
  )
  const found = async (query: string): Promise<string[]> =>
    (await here.api.call(`/v1/jobs?${query}`)).body.data.map(({ id }: { id: string }) => id)

  expect(await found('q=kites+green')).toEqual([kite.id])
  const { filename } = files.artifacts.find(({ kind }: { kind: string }) => kind === 'file')
  expect(await found(`q=${encodeURIComponent(filename)}`)).toEqual([files.id])
  expect(verdict.output_json).toEqual({ verdict: 'tidal' })
  expect(await found('output.verdict=tidal')).toEqual([verdict.id])
  expect(await found('output.verdict=tidal&q=estuary&status=completed')).toEqual([verdict.id])
  expect(await found('output.verdict=other')).toEqual([])
})
