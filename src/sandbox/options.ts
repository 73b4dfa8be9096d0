export interface SandboxWebhook {
  url: string
  secret: string
  eventTypes?: string[]
}

export interface SandboxOptions {
  host?: string
  port?: number
  apiKeys?: string[]
  webhooks?: SandboxWebhook[]
  defaultDelayMs?: number
  retryScheduleMs?: number[]
  seed?: number
}

export interface Settings {
  host: string
  port: number
  apiKeys: ReadonlySet<string> | undefined
  webhooks: readonly SandboxWebhook[]
  defaultDelayMs: number
  retryScheduleMs: readonly number[]
  seed: number
}

export function settleOptions(options: SandboxOptions): Settings {
  return {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    apiKeys: options.apiKeys === undefined ? undefined : new Set(options.apiKeys),
    webhooks: options.webhooks ?? [],
    defaultDelayMs: options.defaultDelayMs ?? 300,
    retryScheduleMs: options.retryScheduleMs ?? [200, 500, 1_000, 2_000, 5_000, 10_000],
    seed: options.seed ?? 1,
  }
}
