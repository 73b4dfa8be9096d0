import type { Context } from '../domain/context.ts'
import type { Secret } from '../signing/index.ts'

export type PartState = 'ok' | 'away'

export interface ReadyReport {
  ready: boolean
  parts: { database: PartState; queue: PartState; storage: PartState }
  faults: Partial<Record<'database' | 'queue' | 'storage', string>>
}

export interface HttpDeps {
  app: Context
  /** A worker's door answers for its health alone. */
  only: 'all' | 'health'
  /** By account. An account without any cannot receive webhooks: 503, so that OpenAI keeps trying. */
  webhookSecrets: Record<string, readonly Secret[]>
  accounts: readonly string[]
  maxRequestBytes: number
  /** For jobs that do not say; null: for ever. */
  defaultRetentionDays: number | null
  ready: () => Promise<ReadyReport>
}
