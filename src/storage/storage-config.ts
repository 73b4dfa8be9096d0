export interface FilesConfig {
  kind: 'files'
  dir: string
}

export interface S3Config {
  kind: 's3'
  bucket: string
  /** Put before every key; empty for none. */
  prefix: string
  region?: string
  /** Of a store that is not AWS itself. */
  endpoint?: string
  pathStyle?: boolean
  /** Many look-alikes refuse the SDK's checksums: with an endpoint they are sent only where required. */
  checksums?: 'always' | 'when_required'
  /** Both or none; none takes the AWS chain (environment, profile, role). */
  accessKeyId?: string
  secretAccessKey?: string
}

export type StorageConfig = FilesConfig | S3Config
