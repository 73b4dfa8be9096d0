import { ApiError, notFound } from '../api-error.ts'
import { setBounded } from '../bounded.ts'
import type { Clock } from '../clock.ts'
import { newId } from '../ids.ts'
import type { Scenario } from '../scenarios.ts'

const MOST_KEPT = 5_000

export interface ContainerFile {
  id: string
  containerId: string
  createdAt: number
  path: string
  source: 'user' | 'assistant'
  content: Buffer
}

export interface Container {
  id: string
  name: string
  createdAt: number
  lastActiveMs: number
  idleMinutes: number
  memoryLimit: string
  expired: boolean
  files: Map<string, ContainerFile>
  /** Of the response that made it: its faults reach the container's endpoints. */
  scenario: Scenario | undefined
}

export interface NewContainer {
  name: string
  idleMinutes?: number
  memoryLimit?: string
  scenario?: Scenario
}

export interface ContainerStore {
  create(wanted: NewContainer): Container
  /** Any touch of a living container starts its idle time anew. Throws the 404 of an unknown one. */
  touch(id: string): Container
  /** As `touch`, and throws when its data is gone. */
  open(id: string): Container
  find(id: string): Container | undefined
  list(): Container[]
  remove(id: string): void
  forget(id: string): void
  addFile(container: Container, file: { path: string; source: 'user' | 'assistant'; content: Buffer }): ContainerFile
  getFile(container: Container, fileId: string): ContainerFile
  expire(id: string): void
  expireAll(): void
}

export function createContainerStore(clock: Clock): ContainerStore {
  const containers = new Map<string, Container>()

  function touch(id: string): Container {
    const container = containers.get(id)
    if (container === undefined) throw notFound('Container', id)
    settle(container, clock)
    if (!container.expired) container.lastActiveMs = clock.nowMs()
    return container
  }

  function expire(id: string): void {
    const container = containers.get(id)
    if (container === undefined) return
    container.expired = true
    container.files.clear()
  }

  return {
    touch,
    expire,
    expireAll: () => containers.forEach((container) => expire(container.id)),
    forget: (id) => containers.delete(id),
    find: (id) => containers.get(id),
    list: () => [...containers.values()].map((container) => settle(container, clock)),
    remove: (id) => {
      touch(id)
      containers.delete(id)
    },
    open: (id) => {
      const container = touch(id)
      if (container.expired) throw new ApiError({ status: 404, message: 'Container is expired.' })
      return container
    },
    create: ({ name, idleMinutes = 20, memoryLimit = '1g', scenario }) => {
      const lastActiveMs = clock.nowMs()
      const container: Container = {
        id: newId('cntr'),
        name,
        idleMinutes,
        memoryLimit,
        scenario,
        lastActiveMs,
        createdAt: clock.nowSeconds(),
        expired: false,
        files: new Map(),
      }
      setBounded(containers, { key: container.id, value: container, max: MOST_KEPT })
      return container
    },
    addFile: (container, { path, source, content }) => {
      const file: ContainerFile = { id: newId('cfile'), containerId: container.id, createdAt: clock.nowSeconds(), path, source, content }
      container.files.set(file.id, file)
      return file
    },
    getFile: (container, fileId) => {
      const file = container.files.get(fileId)
      if (file === undefined) throw notFound('Container file', fileId)
      return file
    },
  }
}

function settle(container: Container, clock: Clock): Container {
  if (clock.nowMs() - container.lastActiveMs < container.idleMinutes * 60_000) return container
  container.expired = true
  container.files.clear()
  return container
}
