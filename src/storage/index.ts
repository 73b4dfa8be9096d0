export { openObjectStore } from './open-object-store.ts'
export { parseStorageUrl } from './parse-storage-url.ts'
export type { FilesConfig, S3Config, StorageConfig } from './storage-config.ts'
