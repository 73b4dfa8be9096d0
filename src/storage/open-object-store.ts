import type { ObjectStore } from '../domain/ports.ts'
import { openFileStore } from './files/file-store.ts'
import type { StorageConfig } from './storage-config.ts'

export async function openObjectStore(config: StorageConfig): Promise<ObjectStore & AsyncDisposable> {
  switch (config.kind) {
    case 'files':
      return openFileStore(config)
    case 's3': {
      // Loaded only here: a setup that keeps files should not pay for the SDK in start-up time and memory.
      const { openS3Store } = await import('./s3/s3-store.ts')
      return openS3Store(config)
    }
    default:
      return config satisfies never
  }
}
