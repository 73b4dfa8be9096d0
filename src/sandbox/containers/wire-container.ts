import type { Container, ContainerFile } from './container-store.ts'

export function wireContainer(container: Container): object {
  return {
    id: container.id,
    object: 'container',
    name: container.name,
    created_at: container.createdAt,
    status: container.expired ? 'expired' : 'running',
    last_active_at: Math.floor(container.lastActiveMs / 1000),
    expires_after: { anchor: 'last_active_at', minutes: container.idleMinutes },
    memory_limit: container.memoryLimit,
    network_policy: { type: 'disabled' },
  }
}

export function wireContainerFile(file: ContainerFile): object {
  return {
    id: file.id,
    object: 'container.file',
    container_id: file.containerId,
    created_at: file.createdAt,
    bytes: file.content.length,
    path: file.path,
    source: file.source,
  }
}
