import type { Context } from './domain/context.ts'
import { DEFAULT_ACCOUNT } from './domain/principal.ts'
import { createHttpApp, listen } from './http/index.ts'
import type { HttpServer } from './http/index.ts'
import type { QueueEngine } from './queue/index.ts'
import type { AppConfig } from './read-config.ts'
import { createReadiness } from './readiness.ts'

/** The HTTP side of a process: the whole API, or health alone where it only works; null without a port. */
export async function openDoor(
  config: AppConfig,
  { context, queue }: { context: Context; queue: QueueEngine },
): Promise<HttpServer | null> {
  const { host, port, maxRequestBytes } = config.http
  if (port === null) return null
  const secrets = config.openai.webhookSecrets
  const http = createHttpApp({
    app: context,
    only: config.role === 'worker' ? 'health' : 'all',
    webhookSecrets: secrets === null ? {} : { [DEFAULT_ACCOUNT]: secrets },
    accounts: [DEFAULT_ACCOUNT],
    maxRequestBytes,
    defaultRetentionDays: config.retentionDays,
    ready: createReadiness({ context, queue }),
  })
  return listen(http, { host, port })
}
