import { Readable } from 'node:stream'
import { Router, type Request, type Response as Reply } from 'express'
import { badRequest } from '../api-error.ts'
import type { Container, ContainerFile } from '../containers/container-store.ts'
import { wireContainer, wireContainerFile } from '../containers/wire-container.ts'
import { pageOf, readListQuery } from '../list-page.ts'
import type { ScenarioName } from '../scenarios.ts'
import type { World } from '../world.ts'
import { contentFaults, serverError } from './fault.ts'
import { playFault, replyJson, replyPayload, replySlowly } from './reply.ts'

export function createContainersRouter(world: World): Router {
  const { containers } = world
  const router = Router()
  router.post('/', (req, res) => replyJson(res, wireContainer(containers.create(readNewContainer(req.body)))))
  router.get('/', (req, res) => {
    const name = req.query.name
    const found = containers.list().filter((container) => name === undefined || container.name === name)
    const page = pageOf(found, { query: readListQuery(req.query, { order: 'desc' }), idOf: ({ id }) => id })
    replyJson(res, { ...page, data: page.data.map(wireContainer) })
  })
  router.get('/:id', (req, res) => replyJson(res, wireContainer(containers.touch(req.params.id))))
  router.delete('/:id', (req, res) => {
    containers.remove(req.params.id)
    replyJson(res, { id: req.params.id, object: 'container.deleted', deleted: true })
  })
  router.post('/:id/files', async (req, res) => {
    const container = containers.open(req.params.id)
    replyJson(res, wireContainerFile(containers.addFile(container, { ...(await readUpload(req)), source: 'user' })))
  })
  router.get('/:id/files', (req, res) => {
    const container = containers.open(req.params.id)
    if (strikes(world, container, { name: 'container_list_500', of: container.id })) return playFault(res, serverError)
    const page = pageOf([...container.files.values()], { query: readListQuery(req.query, { order: 'desc' }), idOf: ({ id }) => id })
    replyJson(res, { ...page, data: page.data.map(wireContainerFile) })
  })
  router.get('/:id/files/:file', (req, res) =>
    replyJson(res, wireContainerFile(containers.getFile(containers.open(req.params.id), req.params.file))),
  )
  router.delete('/:id/files/:file', (req, res) => {
    const container = containers.open(req.params.id)
    container.files.delete(containers.getFile(container, req.params.file).id)
    replyJson(res, { id: req.params.file, object: 'container.file.deleted', deleted: true })
  })
  router.get('/:id/files/:file/content', async (req, res) => {
    const container = containers.open(req.params.id)
    await sendContent(world, { container, file: containers.getFile(container, req.params.file), res })
  })
  return router
}

async function sendContent(
  world: World,
  { container, file, res }: { container: Container; file: ContainerFile; res: Reply },
): Promise<void> {
  const payload = { body: file.content, type: 'application/octet-stream' }
  const slow = container.scenario?.n('content_slow') ?? 0
  if (slow > 0) return replySlowly(res, payload, { ms: slow, timers: world.timers })
  const name = container.scenario?.names.find(
    (each) => contentFaults[each] !== undefined && strikes(world, container, { name: each, of: file.id }),
  )
  replyPayload(res, payload, name === undefined ? undefined : contentFaults[name])
}

function strikes(world: World, { scenario }: Container, { name, of }: { name: ScenarioName; of: string }): boolean {
  return world.strikes.take(`${name} ${of}`, scenario?.n(name) ?? 0)
}

function readNewContainer(body: unknown): { name: string; idleMinutes: number; memoryLimit: string } {
  const wanted = (body ?? {}) as { name?: unknown; expires_after?: { minutes?: unknown }; memory_limit?: unknown }
  if (typeof wanted.name !== 'string')
    throw badRequest("Missing required parameter: 'name'.", { param: 'name', code: 'missing_required_parameter' })
  const minutes = Number(wanted.expires_after?.minutes ?? 20)
  return { name: wanted.name, idleMinutes: minutes, memoryLimit: typeof wanted.memory_limit === 'string' ? wanted.memory_limit : '1g' }
}

async function readUpload(req: Request): Promise<{ path: string; content: Buffer }> {
  const type = req.get('content-type') ?? ''
  if (!type.startsWith('multipart/form-data'))
    throw badRequest("Missing required parameter: 'file'.", { param: 'file', code: 'missing_required_parameter' })
  const form = await new Response(Readable.toWeb(req) as ReadableStream<Uint8Array>, { headers: { 'content-type': type } }).formData()
  const file = form.get('file')
  if (!(file instanceof File))
    throw badRequest("Missing required parameter: 'file'.", { param: 'file', code: 'missing_required_parameter' })
  return { path: `/mnt/data/${file.name}`, content: Buffer.from(await file.arrayBuffer()) }
}
