import { describeFaults, parseConfig, readEnv } from './config/index.ts'
import type { Config } from './config/index.ts'
import { parseSecrets } from './signing/index.ts'
import type { Secret } from './signing/index.ts'
import { parseStorageUrl } from './storage/index.ts'
import type { S3Config } from './storage/index.ts'

export type AppConfig = Config<S3Config, Secret[]>
export type ReadConfig = { ok: true; config: AppConfig; warnings: string[] } | { ok: false; message: string }

/** The environment as settings, with the two that adapters know how to read. */
export function readConfig(env: Record<string, string | undefined>): ReadConfig {
  const raw = readEnv(env)
  const parsed = parseConfig(raw, {
    parseStorageUrl: (text) => bucketOf(parseStorageUrl(text)),
    parseSecrets: (text) => secretsOf(parseSecrets(text)),
  })
  return parsed.ok ? parsed : { ok: false, message: describeFaults(parsed.faults) }
}

function bucketOf(parsed: ReturnType<typeof parseStorageUrl>): S3Config {
  if (!parsed.ok) throw new Error(parsed.faults.join('; '))
  return parsed.config
}

function secretsOf(parsed: ReturnType<typeof parseSecrets>): Secret[] {
  if (!parsed.ok) throw new Error(parsed.faults.join('; '))
  return parsed.secrets
}
