import { NotFoundError, toFile } from 'openai'
import { expect, test } from 'vitest'
import { scenario, startSandboxClient } from './support/sandbox-client.ts'

test('containers are made, read, listed and deleted', async () => {
  await using client = await startSandboxClient()
  const { containers } = client.openai
  const made = await containers.create({ name: 'mine', expires_after: { anchor: 'last_active_at', minutes: 5 }, memory_limit: '4g' })
  expect(made).toMatchObject({ object: 'container', name: 'mine', status: 'running', memory_limit: '4g', expires_after: { minutes: 5 } })
  const others = await Promise.all([1, 2, 3].map((n) => containers.create({ name: `other ${n}` })))
  const listed = await Array.fromAsync(containers.list({ limit: 2 }))
  expect(listed.map(({ id }) => id).toSorted()).toEqual([made, ...others].map(({ id }) => id).toSorted())
  await containers.delete(made.id)
  await expect(containers.retrieve(made.id)).rejects.toMatchObject({
    status: 404,
    error: { message: `Container with id '${made.id}' not found.` },
  })
})

test('files go in, are listed, read byte for byte, and deleted', async () => {
  await using client = await startSandboxClient()
  const { containers } = client.openai
  const { id } = await containers.create({ name: 'mine' })
  const file = await containers.files.create(id, { file: await toFile(Buffer.from([0, 255, 10, 13]), 'raw.bin') })
  expect(file).toMatchObject({ object: 'container.file', bytes: 4, path: '/mnt/data/raw.bin', source: 'user', container_id: id })
  expect(await containers.files.retrieve(file.id, { container_id: id })).toEqual(file)
  const content = await containers.files.content.retrieve(file.id, { container_id: id })
  expect([...new Uint8Array(await content.arrayBuffer())]).toEqual([0, 255, 10, 13])
  await containers.files.delete(file.id, { container_id: id })
  await expect(containers.files.retrieve(file.id, { container_id: id })).rejects.toBeInstanceOf(NotFoundError)
})

test('a container expires after twenty idle minutes, and any touch puts that off', async () => {
  await using client = await startSandboxClient()
  const { containers } = client.openai
  const { state } = client.sandbox
  const { id } = await containers.create({ name: 'mine' })
  const file = await containers.files.create(id, { file: await toFile(Buffer.from('x'), 'x.txt') })
  state.advanceClock(15 * 60_000)
  expect((await containers.retrieve(id)).status).toBe('running')
  state.advanceClock(15 * 60_000)
  expect((await containers.files.list(id)).data).toHaveLength(1)
  state.advanceClock(21 * 60_000)
  expect((await containers.retrieve(id)).status).toBe('expired')
  await expect(containers.files.list(id)).rejects.toMatchObject({ status: 404, error: { message: 'Container is expired.' } })
  await expect(containers.files.content.retrieve(file.id, { container_id: id })).rejects.toBeInstanceOf(NotFoundError)
})

async function filesOf(
  client: Awaited<ReturnType<typeof startSandboxClient>>,
  ...names: string[]
): Promise<{ container: string; file: string }> {
  const done = await client.run(scenario(...names))
  const truth = client.sandbox.state.artifacts.get(done.id)?.find(({ kind }) => kind === 'file')
  return { container: truth?.containerId ?? '', file: truth?.fileId ?? '' }
}

test('container_expired and container_gone: too late when the response is final', async () => {
  await using client = await startSandboxClient()
  const expired = await filesOf(client, 'container_expired')
  expect((await client.openai.containers.retrieve(expired.container)).status).toBe('expired')
  const gone = await filesOf(client, 'container_gone')
  await expect(client.openai.containers.retrieve(gone.container)).rejects.toBeInstanceOf(NotFoundError)
})

test('content_404, content_500, content_reset and container_list_500 strike as often as asked', async () => {
  await using client = await startSandboxClient()
  const statuses = async (path: string): Promise<(number | string)[]> => {
    const seen: (number | string)[] = []
    for (let n = 0; n < 3; n += 1)
      seen.push(
        await client.fetch(path).then(
          ({ status }) => status,
          () => 'reset',
        ),
      )
    return seen
  }
  const content = ({ container, file }: { container: string; file: string }): string => `/containers/${container}/files/${file}/content`
  expect(await statuses(content(await filesOf(client, 'content_404')))).toEqual([404, 404, 404])
  expect(await statuses(content(await filesOf(client, 'content_500')))).toEqual([500, 500, 200])
  expect(await statuses(content(await filesOf(client, 'content_reset')))).toEqual(['reset', 200, 200])
  expect(await statuses(`/containers/${(await filesOf(client, 'container_list_500:1')).container}/files`)).toEqual([500, 200, 200])
})

test('content_truncated breaks off once; content_slow takes its time and is whole', async () => {
  await using client = await startSandboxClient()
  const read = async ({ container, file }: { container: string; file: string }): Promise<number> => {
    const content = await client.openai.containers.files.content.retrieve(file, { container_id: container })
    return (await content.arrayBuffer()).byteLength
  }
  const cut = await filesOf(client, 'content_truncated')
  await expect(read(cut)).rejects.toThrow()
  expect(await read(cut)).toBeGreaterThan(100)
  const started = performance.now()
  expect(await read(await filesOf(client, 'content_slow:60'))).toBeGreaterThan(100)
  expect(performance.now() - started).toBeGreaterThan(50)
})

test('files_many fills more than a page, file_names_odd and file_link_made_up are what they say', async () => {
  await using client = await startSandboxClient()
  const many = await filesOf(client, 'files_many:30')
  expect(await Array.fromAsync(client.openai.containers.files.list(many.container))).toHaveLength(33)
  const odd = await filesOf(client, 'file_names_odd')
  const paths = (await Array.fromAsync(client.openai.containers.files.list(odd.container))).map(({ path }) => path)
  expect(paths).toContain('/mnt/data/../../etc/passwd')
  expect(paths.filter((path) => path === '/mnt/data/table.csv')).toHaveLength(2)
  expect((await client.run(scenario('file_link_made_up'))).output_text).toContain('sandbox:/mnt/data/final_report.xlsx')
})
