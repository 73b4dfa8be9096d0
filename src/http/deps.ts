import type { Context } from '../domain/context.ts'
import type { Hold } from '../domain/hold-model.ts'
import type { Secret } from '../signing/index.ts'

/** `full`: it answers, and takes nothing more. */
export type PartState = 'ok' | 'away' | 'full'

export interface ReadyReport {
  ready: boolean
  parts: { database: PartState; queue: PartState; storage: PartState }
  faults: Partial<Record<'database' | 'queue' | 'storage', string>>
  /** Accounts, and models of them, that take no new work now. */
  holds: (Hold & { heldUntil: Date })[]
}

export interface HttpDeps {
  app: Context
  /** A worker's door answers for its health and metrics alone. */
  only: 'all' | 'health'
  /** By account. An account without any cannot receive webhooks: 503, so that OpenAI keeps trying. */
  webhookSecrets: Record<string, readonly Secret[]>
  accounts: readonly string[]
  maxRequestBytes: number
  /** For jobs that do not say; null: for ever. */
  defaultRetentionDays: number | null
  ready: () => Promise<ReadyReport>
  /** Aborts when this process is to stop: who is held only to wait is answered then. */
  stopping: AbortSignal
  metrics: () => Promise<{ contentType: string; text: string }>
}
