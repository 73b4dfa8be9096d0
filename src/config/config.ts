import type { LogLevel, Role, SettingName } from './settings.ts'

export interface ConfigFault {
  name: SettingName
  fault: string
  mend: string
}

/** Embedded: in `<dataDir>/db`, for one process alone. */
export type DatabaseConfig = { kind: 'embedded'; dataDir: string } | { kind: 'postgres'; url: string }
export type QueueConfig = { kind: 'database' } | { kind: 'redis'; url: string }
export type StorageConfig<Bucket> = { kind: 'files'; directory: string } | { kind: 's3'; bucket: Bucket }

/** What the settings mean. `Bucket` and `Secrets` are whatever the injected parsers make. */
export interface Config<Bucket, Secrets> {
  role: Role
  dataDir: string
  logLevel: LogLevel
  database: DatabaseConfig
  queue: QueueConfig
  storage: StorageConfig<Bucket>
  openai: {
    apiKey: string
    baseUrl: string
    /** Null: no webhook can be verified. */
    webhookSecrets: Secrets | null
  }
  http: {
    host: string
    /** Null: this process opens no port. */
    port: number | null
    /** Without a trailing slash; null where nobody reaches us from outside. */
    publicUrl: string | null
    maxRequestBytes: number
  }
  access: {
    /** Null: one is made at the first start. */
    firstKey: string | null
    /** 32 bytes; null: kept in `dataDir` by `readOrMakeSecret`. */
    secret: Uint8Array | null
  }
  callbacks: {
    /** CIDR blocks. */
    allowPrivate: string[]
    ports: number[]
    scheduleSeconds: number[]
    attemptRetentionDays: number
  }
  polling: {
    /** Both the public URL and a secret to verify with are there. */
    webhooksExpected: boolean
    firstSeconds: number
    maxSeconds: number
    unconfirmedSeconds: number
  }
  work: {
    claimSeconds: number
    shutdownSeconds: number
  }
  /** Null: for ever. */
  retentionDays: number | null
}
