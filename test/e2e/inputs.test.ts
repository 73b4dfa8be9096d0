import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requests } from '../support/requests.ts'
import { startSetup } from '../support/setups.ts'
import type { SetupHost } from '../support/setups.ts'
import { startTestApp } from '../support/start-app.ts'
import type { TestApp } from '../support/start-app.ts'

let host: SetupHost
let here: TestApp
beforeAll(async () => {
  host = await startSetup('embedded')
  here = await startTestApp(host)
})
afterAll(async () => {
  await here?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
})

test('an edit keeps the picture it started from, and OpenAI gets the request byte for byte', async () => {
  const drawn = await here.api.settled((await here.api.submit({ request: requests.image() })).id)
  const { bytes } = await here.api.bytes(`/v1/artifacts/${drawn.artifacts[0].id}/content`)
  const image = { type: 'input_image', image_url: `data:image/png;base64,${bytes.toString('base64')}` }
  const input = [{ role: 'user', content: [{ type: 'input_text', text: 'Make the kite blue.' }, image, image] }]
  const { id } = await here.api.submit({ request: { ...requests.image(), input } })
  const job = await here.api.settled(id)
  expect(job.status).toBe('completed')

  const [before, after] = ['input', 'image'].map((kind) => job.artifacts.filter((artifact: { kind: string }) => artifact.kind === kind))
  expect(before).toMatchObject([{ sha256: createHash('sha256').update(bytes).digest('hex'), width: 256, height: 256 }])
  expect(after).toMatchObject([{ status: 'stored', params: { action: 'edit' } }])
  expect(here.sandbox.state.responses.get(job.response_id)?.inputItems).toMatchObject(input)
  const row = await here.app.context.store.jobs.getRequest(id)
  expect(row?.body.length).toBeLessThan(1_000)
})

test('a container file whose content fails for a while is stored all the same', async () => {
  const job = await here.api.settled((await here.api.submit({ request: requests.code({ sandbox_scenario: 'content_500:1' }) })).id)
  const files = job.artifacts.filter(({ kind }: { kind: string }) => kind === 'file')
  expect(files.length).toBeGreaterThan(2)
  expect(files.map(({ status }: { status: string }) => status)).toEqual(files.map(() => 'stored'))
})
