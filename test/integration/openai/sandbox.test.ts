import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../../src/domain/model.ts'
import type { PayloadSink } from '../../../src/domain/ports.ts'
import { startSandbox, type Sandbox } from '../../../src/sandbox/index.ts'
import { main, openAiAt } from './upstream.ts'

const body = (scenario: string): JsonObject => ({
  model: 'gpt-x',
  input: 'Draw a fox and plot the sales.',
  background: true,
  store: true,
  tools: [{ type: 'image_generation' }, { type: 'code_interpreter', container: { type: 'auto' } }],
  metadata: { sandbox_scenario: scenario },
})

/** Creates a response, lets it end, and collects it, with the hashes of its payloads. */
async function collect(sandbox: Sandbox, scenario: string): Promise<{ id: string; sums: string[]; response: unknown }> {
  const openai = openAiAt(sandbox.url)
  const created = await openai.create(body(scenario), main())
  if (created.outcome !== 'created') throw new Error(JSON.stringify(created))
  const { id } = created.response
  await sandbox.state.finish(id)
  const sums: string[] = []
  const sink: PayloadSink = async (payload) => {
    const hash = createHash('sha256')
    for await (const chunk of payload.body) hash.update(chunk)
    return `sum ${sums.push(hash.digest('hex'))}`
  }
  const outcome = await openai.retrieve(id, { ...main(), sink })
  return { id, sums, response: outcome.outcome === 'found' ? outcome.response : outcome }
}

test.each(['images:3', 'image_huge:5000000', 'image_generating', 'image_gif_lie', 'retrieve_slow:200'])(
  'pictures and figures come out of the sandbox as it made them: %s',
  async (scenario) => {
    await using sandbox = await startSandbox({ defaultDelayMs: 0 })
    const { id, sums, response } = await collect(sandbox, scenario)
    const made = sandbox.state.artifacts.get(id)?.filter(({ kind }) => kind !== 'file') ?? []
    expect(made.length).toBeGreaterThan(0)
    expect(sums.toSorted()).toEqual(made.map(({ sha256 }) => sha256).toSorted())
    expect(response).toMatchObject({ id, status: 'completed' })
  },
)

test.each(['retrieve_truncated', 'retrieve_reset', 'retrieve_html', 'retrieve_500', 'retrieve_429', 'retrieve_mislabelled'])(
  '%s is worth another look',
  async (scenario) => {
    await using sandbox = await startSandbox({ defaultDelayMs: 0 })
    expect((await collect(sandbox, scenario)).response).toMatchObject({ outcome: 'unavailable' })
  },
)

test('the files of a container are listed and read, until it is gone', async () => {
  await using sandbox = await startSandbox({ defaultDelayMs: 0 })
  const openai = openAiAt(sandbox.url)
  const { id } = await collect(sandbox, 'files_many:120')
  const made = sandbox.state.artifacts.get(id)?.filter(({ kind }) => kind === 'file') ?? []
  const containerId = made[0]?.containerId ?? ''
  const files = (await openai.listContainerFiles(containerId, main())) ?? []
  expect(files.map((file) => file.id)).toEqual(expect.arrayContaining(made.map(({ fileId }) => fileId)))

  const ref = { containerId, fileId: made[0]?.fileId ?? '' }
  const content = await openai.containerFile(ref, main())
  const hash = createHash('sha256')
  if (content.outcome === 'found') for await (const chunk of content.body) hash.update(chunk)
  expect(hash.digest('hex')).toBe(made[0]?.sha256)

  sandbox.state.expireContainers()
  expect(await openai.listContainerFiles(containerId, main())).toBe(null)
  expect(await openai.containerFile(ref, main())).toEqual({ outcome: 'gone' })
})

test('cancelling and removing', async () => {
  await using sandbox = await startSandbox({ defaultDelayMs: 0 })
  const openai = openAiAt(sandbox.url)
  const { id } = await collect(sandbox, 'cancel_400')
  expect(await openai.cancel(id, main())).toEqual({ outcome: 'asked' })
  await openai.remove(id, main())
  await openai.remove(id, main())
  expect(await openai.cancel(id, main())).toEqual({ outcome: 'missing' })
  const sink: PayloadSink = async () => null
  expect(await openai.retrieve(id, { ...main(), sink })).toMatchObject({ outcome: 'missing' })
})
