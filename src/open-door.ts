import type { Context } from './domain/context.ts'
import { DEFAULT_ACCOUNT } from './domain/principal.ts'
import { createHttpApp, listen } from './http/index.ts'
import type { HttpServer } from './http/index.ts'
import { createMetricsPage } from './metrics-page.ts'
import type { QueueEngine } from './queue/index.ts'
import type { AppConfig } from './read-config.ts'
import { createReadiness } from './readiness.ts'
import type { Metrics } from './telemetry/index.ts'

/** The HTTP side of a process: the whole API, or health alone where it only works; null without a port. */
export async function openDoor(
  config: AppConfig,
  { context, queue, meter }: { context: Context; queue: QueueEngine; meter: Metrics },
): Promise<HttpServer | null> {
  const { host, port, maxRequestBytes } = config.http
  if (port === null) return null
  const stopping = new AbortController()
  const secrets = config.openai.webhookSecrets
  const http = createHttpApp({
    app: context,
    only: config.role === 'worker' ? 'health' : 'all',
    webhookSecrets: secrets === null ? {} : { [DEFAULT_ACCOUNT]: secrets },
    accounts: [DEFAULT_ACCOUNT],
    maxRequestBytes,
    defaultRetentionDays: config.retentionDays,
    ready: createReadiness({ context, queue }),
    stopping: stopping.signal,
    metrics: createMetricsPage({ context, queue, meter }),
  })
  const server = await listen(http, { host, port })
  const close: HttpServer['close'] = (options) => {
    stopping.abort()
    return server.close(options)
  }
  return { ...server, close, [Symbol.asyncDispose]: () => close({ graceMs: 0 }) }
}
